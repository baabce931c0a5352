//! Defines kinds of numbers in files, and reads each number in single precision.

/// Says how a number is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Element {
    F16,
    Bf16,
    F32,
    F64,
    /// Signed integer with this many bytes.
    Int(usize),
    /// Unsigned integer with this many bytes, or flags.
    Unsigned(usize),
    /// Kind that is not read: its name, and its bytes (0 where they are unknown).
    Other(&'static str, usize),
}

const COMPLEX: &str = "complex numbers";
const FLOAT8: &str = "numbers of 8 bits (float8)";
const QUANTIZED: &str = "quantized numbers";

/// Describes the numbers of a tensor that is known only by its indices or its class, or not at all.
pub(super) const SPARSE: &str = "the numbers of a sparse tensor";
pub(super) const WRAPPED: &str = "the numbers of a special class of tensors";
pub(super) const ABSENT: &str = "no numbers (it is on the device `meta`)";

/// Returns the way out for numbers that are not read: what to do in Python.
pub(super) fn way_out(what: &str) -> &'static str {
    match what {
        QUANTIZED => "; in Python, save the state_dict of the network before it was quantized",
        FLOAT8 => "; in Python, save the tensors as f32 (tensor.float())",
        SPARSE => "; in Python, save the tensors dense (tensor.to_dense())",
        WRAPPED => "; in Python, save ordinary tensors (of quantized ones: tensor.dequantize())",
        _ => "",
    }
}

impl Element {
    /// Reads the name of PyTorch's `FloatStorage` and so on.
    pub(super) fn of_storage(class: &str) -> Self {
        match class {
            "FloatStorage" => Element::F32,
            "DoubleStorage" => Element::F64,
            "HalfStorage" => Element::F16,
            "BFloat16Storage" => Element::Bf16,
            "LongStorage" => Element::Int(8),
            "IntStorage" => Element::Int(4),
            "ShortStorage" => Element::Int(2),
            "CharStorage" => Element::Int(1),
            "ByteStorage" | "BoolStorage" | "UntypedStorage" => Element::Unsigned(1),
            "ComplexFloatStorage" => Element::Other(COMPLEX, 8),
            "ComplexDoubleStorage" => Element::Other(COMPLEX, 16),
            "QInt8Storage" | "QUInt8Storage" | "QUInt4x2Storage" | "QUInt2x4Storage" => Element::Other(QUANTIZED, 1),
            "QInt32Storage" => Element::Other(QUANTIZED, 4),
            _ => Element::Other("numbers of an unknown kind", 0),
        }
    }

    /// Reads the name of PyTorch's `torch.float32` and so on.
    pub(super) fn of_torch(name: &str) -> Self {
        match name {
            "float32" | "float" => Element::F32,
            "float64" | "double" => Element::F64,
            "float16" | "half" => Element::F16,
            "bfloat16" => Element::Bf16,
            "int64" | "long" => Element::Int(8),
            "int32" | "int" => Element::Int(4),
            "int16" | "short" => Element::Int(2),
            "int8" => Element::Int(1),
            "uint8" | "bool" => Element::Unsigned(1),
            "uint16" => Element::Unsigned(2),
            "uint32" => Element::Unsigned(4),
            "uint64" => Element::Unsigned(8),
            name if name.starts_with("float8") => Element::Other(FLOAT8, 1),
            name if name.starts_with("complex") => Element::Other(COMPLEX, 8),
            "qint8" | "quint8" | "quint4x2" | "quint2x4" => Element::Other(QUANTIZED, 1),
            "qint32" => Element::Other(QUANTIZED, 4),
            _ => Element::Other("numbers of an unknown kind", 0),
        }
    }

    /// Reads the name in a `.safetensors` header.
    pub(super) fn of_safetensors(name: &str) -> Self {
        match name {
            "F32" => Element::F32,
            "F64" => Element::F64,
            "F16" => Element::F16,
            "BF16" => Element::Bf16,
            "I64" => Element::Int(8),
            "I32" => Element::Int(4),
            "I16" => Element::Int(2),
            "I8" => Element::Int(1),
            "U8" | "BOOL" => Element::Unsigned(1),
            "U16" => Element::Unsigned(2),
            "U32" => Element::Unsigned(4),
            "U64" => Element::Unsigned(8),
            name if name.starts_with("F8") => Element::Other(FLOAT8, 1),
            "C64" => Element::Other(COMPLEX, 8),
            _ => Element::Other("numbers of an unknown kind", 0),
        }
    }

    pub(super) fn is_float(self) -> bool {
        matches!(self, Element::F16 | Element::Bf16 | Element::F32 | Element::F64)
    }

    /// Returns the bytes of a number.
    pub(super) fn bytes(self) -> usize {
        match self {
            Element::F16 | Element::Bf16 => 2,
            Element::F32 => 4,
            Element::F64 => 8,
            Element::Int(bytes) | Element::Unsigned(bytes) | Element::Other(_, bytes) => bytes,
        }
    }

    /// Returns a number in single precision, from its bytes in little-endian order.
    pub(super) fn single(self, bytes: &[u8]) -> f32 {
        let mut wide = [0; 8];
        wide[..bytes.len()].copy_from_slice(bytes);
        let bits = u64::from_le_bytes(wide);
        match self {
            Element::F32 => f32::from_bits(bits as u32),
            Element::F64 => f64::from_bits(bits) as f32,
            Element::Bf16 => f32::from_bits((bits as u32) << 16),
            Element::F16 => half(bits as u16),
            Element::Int(size) => {
                let unused = 64 - 8 * size as u32;
                ((bits << unused) as i64 >> unused) as f32
            }
            Element::Unsigned(_) | Element::Other(..) => bits as f32,
        }
    }
}

/// Converts IEEE 754's half precision: a sign, five bits of exponent, ten of fraction.
fn half(bits: u16) -> f32 {
    let (sign, exponent, fraction) = (u32::from(bits >> 15) << 31, u32::from(bits >> 10 & 31), u32::from(bits & 1023));
    match exponent {
        0 => {
            let magnitude = fraction as f32 * 2f32.powi(-24);
            f32::from_bits(sign | magnitude.to_bits())
        }
        31 => f32::from_bits(sign | 0x7F80_0000 | fraction << 13),
        _ => f32::from_bits(sign | (exponent + 112) << 23 | fraction << 13),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_number_becomes_the_same_in_single_precision() {
        assert_eq!(Element::F16.single(&0x3C00u16.to_le_bytes()), 1.0);
        assert_eq!(Element::F16.single(&0xC500u16.to_le_bytes()), -5.0);
        assert_eq!(Element::F16.single(&0x0001u16.to_le_bytes()), 2f32.powi(-24));
        assert_eq!(Element::F16.single(&0x7BFFu16.to_le_bytes()), 65504.0);
        assert!(Element::F16.single(&0x7C00u16.to_le_bytes()).is_infinite());
        assert!(Element::F16.single(&0x7E00u16.to_le_bytes()).is_nan());
        assert_eq!(Element::Bf16.single(&0x40A0u16.to_le_bytes()), 5.0);
        assert_eq!(Element::F64.single(&(-0.1f64).to_le_bytes()), -0.1);
        assert_eq!(Element::Int(8).single(&(-7i64).to_le_bytes()), -7.0);
        assert_eq!(Element::Int(1).single(&[0xFF]), -1.0);
        assert_eq!(Element::Unsigned(1).single(&[0xFF]), 255.0);
    }
}
