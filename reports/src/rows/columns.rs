//! Makes structs from the list of a row's columns: the whole row, and its parts by what they belong to.

/// Defines `RunRow` and its parts with each column written once: where it is in the file, and which part it belongs to.
/// `csv` cannot nest structs within a row, so the row cannot simply hold its parts.
macro_rules! columns {
    (
        work { $($(#[$work_doc:meta])* pub $work:ident: $work_type:ty,)* }
        measured { $($(#[$counted_doc:meta])* pub $counted:ident: $counted_type:ty,)* }
        predicted { $($(#[$predicted_doc:meta])* pub $predicted:ident: $predicted_type:ty,)* }
        measured { $($(#[$measured_doc:meta])* pub $measured:ident: $measured_type:ty,)* }
        origin { $($(#[$origin_doc:meta])* pub $origin:ident: $origin_type:ty,)* }
    ) => {
        /// One cell: what was run, on what, and what was measured. It is one line of `runs.csv`.
        #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct RunRow {
            $($(#[$work_doc])* pub $work: $work_type,)*
            $($(#[$counted_doc])* pub $counted: $counted_type,)*
            $($(#[$predicted_doc])* pub $predicted: $predicted_type,)*
            $($(#[$measured_doc])* pub $measured: $measured_type,)*
            $($(#[$origin_doc])* pub $origin: $origin_type,)*
        }

        /// Says what was run, and how it ended. These are columns of a [`RunRow`].
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct Work { $($(#[$work_doc])* pub $work: $work_type,)* }

        /// Holds what the model's configuration predicts. These are columns of a [`RunRow`].
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct Predicted { $($(#[$predicted_doc])* pub $predicted: $predicted_type,)* }

        /// Holds what a cell's process measured. These are columns of a [`RunRow`]. What its task does not measure is
        /// absent.
        #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
        #[serde(default)]
        pub struct Measured {
            $($(#[$counted_doc])* pub $counted: $counted_type,)*
            $($(#[$measured_doc])* pub $measured: $measured_type,)*
        }

        /// Says on what it was run, by which program and when. These are columns of a [`RunRow`].
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct Origin { $($(#[$origin_doc])* pub $origin: $origin_type,)* }

        impl RunRow {
            /// Creates the row from these parts.
            pub fn of(work: Work, predicted: Predicted, measured: Measured, origin: Origin) -> Self {
                Self {
                    $($work: work.$work,)*
                    $($counted: measured.$counted,)*
                    $($predicted: predicted.$predicted,)*
                    $($measured: measured.$measured,)*
                    $($origin: origin.$origin,)*
                }
            }
        }
    };
}

pub(super) use columns;
