//! Formats the commands that made rows, as a reader may run them again.

/// Options that are not shown, each with a word after it.
const HIDDEN: [&str; 2] = ["--out", "--shard"];

/// Returns the command without where its run went, and without the share of a plan that it did. That directory is
/// another's or, in a job of a gate, deleted.
pub(crate) fn format_without_output(command: &str) -> String {
    let mut kept = Vec::new();
    let mut words = words(command).into_iter();
    while let Some(word) = words.next() {
        let plain = word.trim_start_matches(['\'', '"']);
        if HIDDEN.contains(&word) {
            words.next();
        } else if !HIDDEN.iter().any(|name| plain.strip_prefix(name).is_some_and(|rest| rest.starts_with('='))) {
            kept.push(word);
        }
    }
    kept.join(" ")
}

/// Splits a command into its words, quotes included.
fn words(command: &str) -> Vec<&str> {
    let (mut words, mut start, mut quote, mut escaped) = (Vec::new(), 0, None, false);
    for (index, c) in command.char_indices() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (None | Some('"'), '\\') => escaped = true,
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, ' ') => {
                words.push(&command[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    words.push(&command[start..]);
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::format_without_output;

    #[test]
    fn where_a_run_went_is_not_shown() {
        assert_eq!(
            format_without_output("skipbench run quick --out /tmp/.tmpX/run --quiet"),
            "skipbench run quick --quiet"
        );
        assert_eq!(format_without_output("skipbench run quick '--out=a b'"), "skipbench run quick");
        assert_eq!(format_without_output("skipbench run --out=there"), "skipbench run");
        assert_eq!(
            format_without_output("skipbench run --shard 3/40 --quiet --outside"),
            "skipbench run --quiet --outside"
        );
        assert_eq!(
            format_without_output(r#"skipbench run --out 'a  b' --filter 'x --out y' "it's --out z""#),
            r#"skipbench run --filter 'x --out y' "it's --out z""#
        );
    }
}
