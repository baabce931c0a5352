//! Recognizes ZIP archives that are not from `torch.save` by the names of their members, with the way out.

/// Returns what an archive of members with those names is, if it is known not to be from `torch.save`.
pub(super) fn foreign(names: &[&str]) -> Option<&'static str> {
    let ends = |ending: &str| names.iter().any(|name| name.ends_with(ending));
    let is = |name: &str| names.iter().any(|other| *other == name || other.ends_with(&format!("/{name}")));
    let exported = is("serialized_exported_program.json") || is("archive_format") || is("models/model.json");
    match () {
        () if exported => Some(
            "a program of torch.export (.pt2), not weights alone; write its weights in Python: \
             torch.save(dict(torch.export.load(\"FILE\").state_dict), \"weights.pth\")",
        ),
        () if !names.is_empty() && names.iter().all(|name| name.ends_with(".npy")) => Some(
            "arrays of NumPy (.npz); write them in Python as PyTorch's: torch.save({name: torch.from_numpy(array) for \
             name, array in numpy.load(\"FILE\").items()}, \"weights.pth\")",
        ),
        () if is("model.weights.h5") => Some("a model of Keras (.keras); only PyTorch's weights are read"),
        () => [".pth", ".pt", ".safetensors", ".bpk", ".bin", ".ckpt"]
            .into_iter()
            .any(ends)
            .then_some("a ZIP archive with files of weights in it; unpack it (unzip), and name one of them"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archives_are_known_by_their_members() {
        let said = |names: &[&str]| foreign(names).unwrap_or_default();
        assert!(said(&["serialized_exported_program.json", "version"]).contains(".pt2"));
        assert!(said(&["net/archive_format", "net/models/model.json", "net/data/weights/weight_0"]).contains(".pt2"));
        assert!(said(&["conv1.weight.npy", "fc.bias.npy"]).contains(".npz"));
        assert!(said(&["config.json", "model.weights.h5"]).contains("Keras"));
        assert!(said(&["readme.txt", "folder/resnet20.pth"]).contains("unzip"));
        assert_eq!(foreign(&["archive/data.pkl", "archive/data/0", "archive/version"]), None);
        assert_eq!(foreign(&[]), None);
    }
}
