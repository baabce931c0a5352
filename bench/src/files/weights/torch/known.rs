//! Knows what a pickle may name. Nothing that it names is ever called here. PyTorch would call it when it opens the
//! file, so a pickle that calls what files of weights do not need is refused by that name.

use anyhow::{Result, bail};

use super::value::Global;
use crate::files::weights::element::{ABSENT, WRAPPED};

/// Says what a call makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    /// A tensor from its storage, offset, sides and strides.
    Tensor,
    /// A tensor from bytes, with the kind of number as the seventh argument.
    TypedTensor,
    /// A tensor whose numbers are not read: what they are, and which argument holds the sides.
    Unread(&'static str, usize),
    /// A sparse tensor whose numbers are not read. Its second argument holds indices, values and sides.
    Sparse,
    /// The value of its first argument.
    First,
    /// The result of a function, which is the first argument, with arguments, which are the third.
    Nested,
    /// A dictionary, filled from its first argument if that holds pairs.
    Map,
    /// An instance of the class, to be filled.
    Instance,
    /// An instance of the first argument, a class.
    InstanceOfFirst,
    /// Something without meaning here.
    Nothing,
}

/// Returns what `global` makes when it is called.
///
/// # Errors
/// Returns an error for a function that is not known, and for classes of modules that run code.
pub(super) fn call(global: &Global) -> Result<Call> {
    check_named(global)?;
    let (module, name) = (global.module.as_str(), global.name.as_str());
    Ok(match (module, name) {
        ("torch._utils", "_rebuild_tensor_v2" | "_rebuild_tensor" | "_rebuild_qtensor") => Call::Tensor,
        ("torch._utils", "_rebuild_tensor_v3") => Call::TypedTensor,
        ("torch._utils", "_rebuild_sparse_tensor") => Call::Sparse,
        ("torch._utils", "_rebuild_wrapper_subclass") => Call::Unread(WRAPPED, 2),
        ("torch._utils", "_rebuild_meta_tensor_no_storage") => Call::Unread(ABSENT, 1),
        ("torch._utils", "_rebuild_parameter" | "_rebuild_parameter_with_state") | ("torch", "Size") => Call::First,
        ("torch._tensor", "_rebuild_from_type_v2" | "_rebuild_from_type") => Call::Nested,
        ("collections", "OrderedDict" | "defaultdict" | "Counter") | (BUILTINS | PYTHON_2, "dict") => Call::Map,
        (BUILTINS | PYTHON_2, "tuple" | "list" | "set" | "frozenset") => Call::First,
        ("copyreg" | "copy_reg", "_reconstructor" | "__newobj__" | "__newobj_ex__") => Call::InstanceOfFirst,
        _ if is_variable(global) => Call::First,
        _ if is_tensor_class(global) => Call::Instance,
        _ if is_harmless(module, name) => Call::Nothing,
        _ if is_class(name) => Call::Instance,
        _ => bail!("its pickle calls the function `{global}`; {REFUSED}"),
    })
}

const BUILTINS: &str = "builtins";
const PYTHON_2: &str = "__builtin__";
const REFUSED: &str = "weights need no such call and PyTorch would run it, so the file is refused; where it comes from \
                       people you trust, open it in Python and save its state_dict alone";

/// # Errors
/// Returns an error for what belongs to a module of Python that runs code, opens files or connections.
pub(super) fn check_named(global: &Global) -> Result<()> {
    let top = global.module.split('.').next().unwrap_or_default();
    let builtin = [BUILTINS, PYTHON_2, "__builtins__"].contains(&top);
    let dangerous = if builtin {
        !PLAIN_BUILTINS.contains(&global.name.as_str())
    } else {
        DANGEROUS.contains(&top) || DANGEROUS_WITHIN.iter().any(|module| within(&global.module, module))
    };
    if dangerous {
        bail!("its pickle names `{global}`; {REFUSED}");
    }
    Ok(())
}

fn within(module: &str, parent: &str) -> bool {
    module.strip_prefix(parent).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Returns whether instances are tensors.
pub(super) fn is_tensor_class(global: &Global) -> bool {
    let torch = within(&global.module, "torch");
    torch && (global.name.ends_with("Tensor") || ["Parameter", "Buffer", "Variable"].contains(&global.name.as_str()))
}

/// Returns whether it wraps the tensor that it is called with.
fn is_variable(global: &Global) -> bool {
    within(&global.module, "torch") && ["Parameter", "Buffer", "Variable"].contains(&global.name.as_str())
}

/// Returns whether a name is a class. By Python's convention classes begin with a capital letter and functions do not.
fn is_class(name: &str) -> bool {
    let class = name.rsplit('.').next().unwrap_or(name);
    class.trim_start_matches('_').starts_with(char::is_uppercase)
}

/// Returns whether it is a function, or a class in small letters, that makes what is kept besides weights.
fn is_harmless(module: &str, name: &str) -> bool {
    let numpy = ["numpy.core.multiarray", "numpy._core.multiarray", "numpy.core.numeric", "numpy._core.numeric"];
    match module {
        "torch._utils" => name.starts_with("_rebuild_"),
        "torch.serialization" => name == "_get_layout",
        "torch.jit._pickle" => name.starts_with("build_") || name == "restore_type_tag",
        "torch" => ["device", "dtype", "layout", "memory_format"].contains(&name),
        "numpy" => is_class(name) || NUMPY.contains(&name),
        "numpy.random._pickle" => name.ends_with("_ctor"),
        "numpy.dtypes" => is_class(name),
        "collections" => ["deque", "namedtuple"].contains(&name),
        "datetime" => ["datetime", "date", "time", "timedelta", "timezone"].contains(&name),
        "functools" => name == "partial",
        "_codecs" => name == "encode",
        "array" => ["array", "_array_reconstructor"].contains(&name),
        "re" => name == "_compile",
        "time" => name == "struct_time",
        "itertools" => true,
        BUILTINS | PYTHON_2 => true,
        _ => numpy.contains(&module) && ["_reconstruct", "scalar", "_frombuffer"].contains(&name),
    }
}

const NUMPY: [&str; 16] = [
    "dtype", "ndarray", "float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16",
    "uint32", "uint64", "bool_", "str_", "bytes_",
];

const PLAIN_BUILTINS: [&str; 22] = [
    "dict",
    "list",
    "tuple",
    "set",
    "frozenset",
    "int",
    "long",
    "float",
    "bool",
    "complex",
    "str",
    "unicode",
    "bytes",
    "bytearray",
    "slice",
    "range",
    "xrange",
    "object",
    "type",
    "Ellipsis",
    "NotImplemented",
    "NoneType",
];

/// Modules of Python that run code, open files or connections, by their first part.
#[rustfmt::skip]
const DANGEROUS: [&str; 78] = [
    "os", "posix", "posixpath", "nt", "ntpath", "sys", "subprocess", "_posixsubprocess", "importlib", "imp", "runpy",
    "pty", "code", "codeop", "types", "ctypes", "_ctypes", "cffi", "socket", "_socket", "socketserver", "ssl", "http",
    "httplib", "urllib", "urllib2", "requests", "aiohttp", "httpx", "ftplib", "smtplib", "poplib", "imaplib",
    "telnetlib", "webbrowser", "shutil", "tempfile", "glob", "fileinput", "io", "_io", "pickle", "_pickle", "cPickle",
    "dill", "cloudpickle", "joblib", "marshal", "shelve", "multiprocessing", "_multiprocessing", "threading", "_thread",
    "concurrent", "asyncio", "pdb", "bdb", "cProfile", "profile", "trace", "timeit", "doctest", "unittest", "pydoc",
    "commands", "popen2", "signal", "gc", "operator", "_operator", "pip", "setuptools", "distutils", "pkgutil",
    "zipimport", "sqlite3", "xmlrpc", "builtin",
];

/// Dangerous modules within libraries.
const DANGEROUS_WITHIN: [&str; 10] = [
    "torch.hub",
    "torch.serialization.load",
    "torch.utils.cpp_extension",
    "torch.utils.model_zoo",
    "torch.utils.bottleneck",
    "numpy.testing",
    "numpy.f2py",
    "numpy.distutils",
    "logging.config",
    "torch.package",
];
