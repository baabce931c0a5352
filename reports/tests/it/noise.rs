//! Random numbers for simulations.

/// Numbers in [0, 1) by SplitMix64 (Steele et al. 2014): another generator than the bootstrap's own.
pub(crate) fn uniforms() -> impl FnMut() -> f64 {
    let mut state = 1u64;
    move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Standard normal numbers (Box and Muller 1958).
pub(crate) fn normals() -> impl FnMut() -> f64 {
    let mut uniform = uniforms();
    move || (-2.0 * uniform().max(1e-300).ln()).sqrt() * (std::f64::consts::TAU * uniform()).cos()
}
