//! Takes tensors of the flex device apart into slices, and puts them together again.

use burn::backend::flex::FlexTensor;
use burn::tensor::TensorData;
use skipbench_kernels::Planes;

/// Returns a contiguous tensor.
pub(crate) fn dense(x: FlexTensor) -> FlexTensor {
    match x.as_slice::<f32>() {
        Some(_) => x,
        None => x.to_contiguous(),
    }
}

/// Returns a contiguous tensor that is all of its storage, to be written to.
pub(crate) fn whole(x: FlexTensor) -> FlexTensor {
    x.to_contiguous()
}

/// Returns the numbers of a tensor that is [`dense`].
pub(crate) fn numbers(x: &FlexTensor) -> &[f32] {
    x.as_slice::<f32>().expect("only f32 comes here, and `dense` made it contiguous")
}

/// Creates a tensor of `values`.
pub(crate) fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D]) -> FlexTensor {
    FlexTensor::from_data(TensorData::new(values, shape))
}

/// Returns the dimensions of a tensor of rank 4.
pub(crate) fn dims(x: &FlexTensor) -> [usize; 4] {
    let shape = x.layout().shape();
    std::array::from_fn(|axis| shape[axis])
}

/// Returns a view of a tensor's planes.
pub(crate) fn planes(x: &FlexTensor) -> Planes<'_> {
    let [batch, channels, height, width] = dims(x);
    Planes::new(numbers(x), batch, channels, height * width)
}

/// The dimensions of a tensor of any rank.
pub(crate) fn shape(x: &FlexTensor) -> Vec<usize> {
    x.layout().shape().to_vec()
}

/// A tensor of `values`, of any rank.
pub(crate) fn shaped(values: Vec<f32>, shape: Vec<usize>) -> FlexTensor {
    FlexTensor::from_data(TensorData::new(values, shape))
}
