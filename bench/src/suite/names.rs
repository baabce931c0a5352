//! Checks names in a suite. Its own becomes a folder's; those of groups and models appear in tables and on terminals.

use super::{GroupKeys, Keys, shorten};

/// Largest number of characters of a name. With a time after it, it is still a valid folder name on every system.
const LONGEST_NAME: usize = 200;

/// # Errors
/// Returns the first name that would do harm there.
pub(super) fn check(keys: &Keys) -> Result<(), String> {
    let name = &keys.name;
    printable("name", name)?;
    if name.contains(['/', '\\']) || name.contains("..") || name.starts_with('.') {
        return Err(format!(
            "name = {name:?}: results go to a folder of that name; leave out path separators, \"..\" and a first dot"
        ));
    }
    keys.groups.iter().try_for_each(group)
}

fn group(GroupKeys { name, reference, models, .. }: &GroupKeys) -> Result<(), String> {
    printable("group.name", name)?;
    let models = models.iter().map(|model| ("models", model));
    for (key, model) in [("reference", reference)].into_iter().chain(models) {
        let Some(model) = model.as_str() else { continue };
        printable(key, model).map_err(|error| format!("group \"{name}\": {error}"))?;
    }
    Ok(())
}

fn printable(key: &str, name: &str) -> Result<(), String> {
    let length = name.chars().count();
    if length > LONGEST_NAME {
        let shown = shorten(name);
        return Err(format!("{key} = {shown:?}: {length} characters; a name has at most {LONGEST_NAME}"));
    }
    match (name.trim().is_empty(), name.contains(char::is_control)) {
        (true, _) => Err(format!("{key} = {name:?}: a name is needed")),
        (_, true) => Err(format!("{key} = {name:?}: leave out control characters such as line breaks")),
        _ => Ok(()),
    }
}
