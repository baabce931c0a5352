//! Instruction sets that matter for computing, as this processor has them.

/// Their names, as the compiler writes them. Empty on architectures that are not looked at.
pub(crate) fn found() -> Vec<&'static str> {
    sets().into_iter().filter(|(_, here)| *here).map(|(name, _)| name).collect()
}

#[cfg(target_arch = "x86_64")]
fn sets() -> Vec<(&'static str, bool)> {
    macro_rules! asked {
        ($($name:tt)+) => { vec![$(($name, std::arch::is_x86_feature_detected!($name))),+] };
    }
    asked!("sse4.2" "avx" "avx2" "fma" "f16c" "avx512f" "avx512vl" "avx512bw" "avx512vnni" "avx512bf16" "avx512fp16")
}

#[cfg(target_arch = "aarch64")]
fn sets() -> Vec<(&'static str, bool)> {
    macro_rules! asked {
        ($($name:tt)+) => { vec![$(($name, std::arch::is_aarch64_feature_detected!($name))),+] };
    }
    asked!("neon" "fp16" "dotprod" "bf16" "i8mm" "sve" "sve2")
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn sets() -> Vec<(&'static str, bool)> {
    Vec::new()
}
