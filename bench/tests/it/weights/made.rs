//! Files as PyTorch of every age writes them, made here: pickles by their opcodes, archives by their records.

use std::path::Path;

use flate2::Crc;
use skipbench_models::State;

/// Opcodes of a pickle, protocol 2.
#[derive(Clone, Default)]
pub(crate) struct Pickle(pub(crate) Vec<u8>);

impl Pickle {
    pub(crate) fn new() -> Self {
        Self(b"\x80\x02".to_vec())
    }

    pub(crate) fn raw(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.extend(bytes);
        self
    }

    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        self.raw(b"X").raw(&(text.len() as u32).to_le_bytes()).raw(text.as_bytes())
    }

    pub(crate) fn number(&mut self, number: usize) -> &mut Self {
        self.raw(b"J").raw(&(number as i32).to_le_bytes())
    }

    pub(crate) fn global(&mut self, module: &str, name: &str) -> &mut Self {
        self.raw(format!("c{module}\n{name}\n").as_bytes())
    }

    pub(crate) fn numbers(&mut self, numbers: &[usize]) -> &mut Self {
        self.raw(b"(");
        for number in numbers {
            self.number(*number);
        }
        self.raw(b"t")
    }

    /// The persistent name of a storage, as streams (with a view) and archives (without) have it.
    pub(crate) fn storage(&mut self, class: &str, key: &str, count: usize, stream: bool) -> &mut Self {
        self.raw(b"(").text("storage").global("torch", class).text(key).text("cpu").number(count);
        self.raw(if stream { b"NtQ" } else { b"tQ" })
    }

    pub(crate) fn tensor(&mut self, class: &str, key: &str, shape: &[usize], strides: &[usize]) -> &mut Self {
        self.global("torch._utils", "_rebuild_tensor_v2").raw(b"(");
        self.storage(class, key, shape.iter().product(), false).number(0).numbers(shape).numbers(strides);
        self.raw(b"\x89").global("collections", "OrderedDict").raw(b")RtR")
    }
}

/// Row-major strides.
pub(crate) fn strides(shape: &[usize]) -> Vec<usize> {
    (0..shape.len()).map(|side| shape[side + 1..].iter().product()).collect()
}

/// An entry of a dictionary: its name, and the opcodes of what it is.
pub(crate) type Item = (String, Pickle);

/// A dictionary, without the opcode that ends a pickle.
pub(crate) fn map(items: &[Item]) -> Pickle {
    let mut pickle = Pickle(b"}(".to_vec());
    for (name, value) in items {
        pickle.text(name).raw(&value.0);
    }
    pickle.raw(b"u");
    pickle
}

/// The tensors of a state, stored from the key `first` on, under names that `name` makes.
pub(crate) fn items(state: &State, first: usize, name: impl Fn(&str) -> String) -> Vec<Item> {
    let item = |(index, (old, data)): (usize, (&str, &burn::tensor::TensorData))| {
        let mut value = Pickle::default();
        let shape = data.shape().to_vec();
        value.tensor("FloatStorage", &(first + index).to_string(), &shape, &strides(&shape));
        (name(old), value)
    };
    state.iter().enumerate().map(item).collect()
}

/// The bytes of every storage.
pub(crate) fn storages(state: &State) -> Vec<Vec<u8>> {
    state.iter().map(|(_, data)| data.as_bytes().to_vec()).collect()
}

/// A whole pickle of one value.
pub(crate) fn pickle(value: &Pickle) -> Vec<u8> {
    let mut pickle = Pickle::new();
    pickle.raw(&value.0).raw(b".");
    pickle.0
}

/// `torch.save` of today under the name `stem`: its archive ends with a record of 64 bits, though none is needed.
pub(crate) fn archive(stem: &str, pickle: &[u8], storages: &[Vec<u8>]) -> Vec<u8> {
    let mut members =
        vec![(format!("{stem}/data.pkl"), pickle.to_vec()), (format!("{stem}/byteorder"), b"little".to_vec())];
    members.extend(storages.iter().enumerate().map(|(key, bytes)| (format!("{stem}/data/{key}"), bytes.clone())));
    members.push((format!("{stem}/version"), b"3\n".to_vec()));
    zip64(&members)
}

/// A ZIP archive.
pub(crate) fn zip64(members: &[(String, Vec<u8>)]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in members {
        let mut crc = Crc::new();
        crc.update(bytes);
        let (start, length) = (file.len() as u32, bytes.len() as u32);
        // PyTorch pads so that numbers begin at a multiple of 64.
        let padding = (64 - (file.len() + 30 + name.len() + 4) % 64) % 64;
        let common = |to: &mut Vec<u8>, extra: usize| {
            to.extend([0, 0, 0, 8, 0, 0, 0, 0, 0, 0]);
            to.extend(crc.sum().to_le_bytes());
            to.extend([length.to_le_bytes(), length.to_le_bytes()].concat());
            to.extend([(name.len() as u16).to_le_bytes(), (extra as u16).to_le_bytes()].concat());
        };
        file.extend(b"PK\x03\x04");
        common(&mut file, padding + 4);
        file.extend(name.as_bytes());
        file.extend([b"FB".as_slice(), &(padding as u16).to_le_bytes(), &vec![b'Z'; padding], bytes].concat());
        directory.extend(b"PK\x01\x02\0\0");
        common(&mut directory, 0);
        directory.extend([0; 10]);
        directory.extend(start.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (start, size, count) = (file.len() as u64, directory.len() as u64, members.len() as u64);
    file.extend(directory);
    let record = file.len() as u64;
    file.extend([b"PK\x06\x06".as_slice(), &44u64.to_le_bytes(), &[30, 3, 45, 0], &[0; 8]].concat());
    file.extend([count, count, size, start].iter().flat_map(|number| number.to_le_bytes()));
    file.extend([b"PK\x06\x07".as_slice(), &[0; 4], &record.to_le_bytes(), &1u32.to_le_bytes()].concat());
    file.extend([b"PK\x05\x06".as_slice(), &[0; 4]].concat());
    file.extend([count as u16, count as u16].iter().flat_map(|number| number.to_le_bytes()));
    file.extend([(size as u32).to_le_bytes(), (start as u32).to_le_bytes()].concat());
    file.extend([0, 0]);
    file
}

/// How a tensor was pickled before PyTorch 0.4.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Early {
    /// A `Parameter` called with a tensor, as 0.1.11 to 0.3 did.
    Parameter,
    /// A class with a state of four, as 0.1.10 did.
    Stateful,
}

/// The stream of PyTorch 0.1.10 to 1.5.
pub(crate) fn stream(state: &State, early: Early) -> Vec<u8> {
    let mut root = Pickle::default();
    root.global("collections", "OrderedDict").raw(b"](");
    for (index, (name, data)) in state.iter().enumerate() {
        let (shape, key) = (data.shape().to_vec(), (1000 + index).to_string());
        root.raw(b"](").text(name);
        match early {
            Early::Parameter => {
                root.global("torch.nn.parameter", "Parameter").raw(b"(").global("torch._utils", "_rebuild_tensor");
                root.raw(b"(").storage("FloatStorage", &key, shape.iter().product(), true).number(0);
                root.numbers(&shape)
                    .numbers(&strides(&shape))
                    .raw(b"tRtR(\x88\x89")
                    .global("collections", "OrderedDict");
                root.raw(b"]\x85Rtb");
            }
            Early::Stateful => {
                root.global("torch", "FloatTensor").raw(b")R(");
                root.storage("FloatStorage", &key, shape.iter().product(), true).number(0);
                root.numbers(&shape).numbers(&strides(&shape)).raw(b"tb");
            }
        }
        root.raw(b"e");
    }
    root.raw(b"e\x85R");
    let mut keys = Pickle(b"](".to_vec());
    (0..state.len()).for_each(|index| {
        keys.text(&(1000 + index).to_string());
    });
    keys.raw(b"e");
    let mut file = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.\x80\x02}.".to_vec();
    file.extend([pickle(&root), pickle(&keys)].concat());
    for bytes in storages(state) {
        file.extend((bytes.len() as u64 / 4).to_le_bytes());
        file.extend(bytes);
    }
    file
}

/// The TAR of PyTorch 0.1.1, its values `Parameter` objects.
pub(crate) fn early_archive(state: &State) -> Vec<u8> {
    let mut root = Pickle(b"}(".to_vec());
    let (mut storages, mut tensors) =
        (pickle(Pickle::default().number(state.len())), pickle(Pickle::default().number(state.len())));
    for (index, (name, data)) in state.iter().enumerate() {
        let (storage, tensor, shape) = (5000 + index, 9000 + index, data.shape().to_vec());
        root.text(name).global("torch.nn.parameter", "Parameter").raw(b")\x81(").text(&tensor.to_string()).raw(b"QN");
        root.global("collections", "OrderedDict").raw(b"]\x85R\x88\x89tb");
        storages.extend(pickle(
            Pickle(b"(".to_vec()).number(storage).text("cpu").global("torch", "FloatStorage").raw(b"t"),
        ));
        storages.extend((data.as_bytes().len() as u64 / 4).to_le_bytes());
        storages.extend(data.as_bytes());
        tensors.extend(pickle(
            Pickle(b"(".to_vec()).number(tensor).number(storage).global("torch", "FloatTensor").raw(b"t"),
        ));
        tensors.extend((shape.len() as u64).to_le_bytes());
        tensors.extend(shape.iter().chain(&strides(&shape)).flat_map(|side| (*side as u64).to_le_bytes()));
        tensors.extend(0u64.to_le_bytes());
    }
    storages.extend(pickle(&Pickle(b"]".to_vec())));
    root.raw(b"u");
    let mut archive = tar::Builder::new(Vec::new());
    for (name, bytes) in
        [("sys_info", b"\x80\x02}.".to_vec()), ("pickle", pickle(&root)), ("tensors", tensors), ("storages", storages)]
    {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        archive.append_data(&mut header, name, bytes.as_slice()).expect("appended");
    }
    archive.into_inner().expect("finished")
}

/// Writes a file of these items beside others.
pub(crate) fn write(path: &Path, items: &[Item], storages: &[Vec<u8>]) {
    std::fs::write(path, archive("archive", &pickle(&map(items)), storages)).expect("written");
}
