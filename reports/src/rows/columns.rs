//! How the list of a row's columns becomes structs: the whole row, and its parts by whose they are.

/// Defines `RunRow` and its parts, so that each column is written once: where it is in the file, and whose it is.
/// `csv` knows no struct within a row, and so the row cannot simply hold its parts.
macro_rules! columns {
    (
        work { $($(#[$work_doc:meta])* pub $work:ident: $work_type:ty,)* }
        measured { $($(#[$counted_doc:meta])* pub $counted:ident: $counted_type:ty,)* }
        predicted { $($(#[$predicted_doc:meta])* pub $predicted:ident: $predicted_type:ty,)* }
        measured { $($(#[$measured_doc:meta])* pub $measured:ident: $measured_type:ty,)* }
        origin { $($(#[$origin_doc:meta])* pub $origin:ident: $origin_type:ty,)* }
    ) => {
        /// One cell: what was run, on what, and what was measured. One line of `runs.csv`.
        #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct RunRow {
            $($(#[$work_doc])* pub $work: $work_type,)*
            $($(#[$counted_doc])* pub $counted: $counted_type,)*
            $($(#[$predicted_doc])* pub $predicted: $predicted_type,)*
            $($(#[$measured_doc])* pub $measured: $measured_type,)*
            $($(#[$origin_doc])* pub $origin: $origin_type,)*
        }

        /// What was run, and how it ended: these columns of a [`RunRow`].
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct Work { $($(#[$work_doc])* pub $work: $work_type,)* }

        /// What the model's configuration predicts: these columns of a [`RunRow`].
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct Predicted { $($(#[$predicted_doc])* pub $predicted: $predicted_type,)* }

        /// What a cell's process measured: these columns of a [`RunRow`]. What its task does not measure is absent.
        #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
        #[serde(default)]
        pub struct Measured {
            $($(#[$counted_doc])* pub $counted: $counted_type,)*
            $($(#[$measured_doc])* pub $measured: $measured_type,)*
        }

        /// On what it was run, by which program and when: these columns of a [`RunRow`].
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct Origin { $($(#[$origin_doc])* pub $origin: $origin_type,)* }

        impl RunRow {
            /// The row of these parts.
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
