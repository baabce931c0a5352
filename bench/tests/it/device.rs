//! What `auto` takes.

use skipbench::internals::device::{Backend, DeviceId, Found, Kind, automatic};

fn found(backend: Backend, kind: Kind) -> Found {
    let (name, driver) = (String::new(), String::new());
    let software = kind == Kind::Software;
    Found { id: DeviceId { backend, index: 0 }, name, kind, software, memory_bytes: None, driver, dtypes: Vec::new() }
}

#[test]
fn auto_takes_only_what_is_a_gpu_for_certain() {
    let taken = |kind| {
        let all = [found(Backend::Vulkan, kind), found(Backend::Flex, Kind::Cpu)];
        automatic(&all).expect("flex at least").id.backend
    };
    for kind in [Kind::Discrete, Kind::Integrated, Kind::Virtual, Kind::Gpu] {
        assert_eq!(taken(kind), Backend::Vulkan, "{}", kind.word());
    }
    for kind in [Kind::Software, Kind::Unknown] {
        assert_eq!(taken(kind), Backend::Flex, "{}", kind.word());
    }
}
