//! What we read of ONNX files ourselves: operators and small constants. The field numbers are those of `onnx.proto`.

use std::collections::BTreeMap;

#[derive(Debug, Default)]
pub(crate) struct Node {
    pub(crate) operator: String,
    pub(crate) inputs: Vec<String>,
    pub(crate) floats: BTreeMap<String, Vec<f32>>,
}

#[derive(Debug, Default)]
pub(crate) struct Tensor {
    pub(crate) dimensions: Vec<u64>,
    pub(crate) numbers: Vec<f32>,
}

impl Tensor {
    /// A matrix column by column.
    pub(crate) fn columns(&self) -> Option<Vec<Vec<f32>>> {
        let &[rows, columns] = &*self.dimensions else { return None };
        let (rows, columns) = (usize::try_from(rows).ok()?, usize::try_from(columns).ok()?);
        if rows.checked_mul(columns)? != self.numbers.len() || columns == 0 {
            return None;
        }
        let column = |at: usize| self.numbers.iter().skip(at).step_by(columns).copied().collect();
        Some((0..columns).map(column).collect())
    }
}

/// Nodes in their order, and constants by name.
pub(crate) fn read_graph(bytes: &[u8]) -> Option<(Vec<Node>, BTreeMap<String, Tensor>)> {
    let (mut nodes, mut tensors) = (Vec::new(), BTreeMap::new());
    for field in fields(bytes) {
        let (7, Value::Bytes(graph)) = field? else { continue };
        for field in fields(graph) {
            match field? {
                (1, Value::Bytes(node)) => nodes.push(read_node(node)?),
                (5, Value::Bytes(tensor)) => {
                    let (name, tensor) = read_tensor(tensor)?;
                    tensors.insert(name, tensor);
                }
                _ => {}
            }
        }
    }
    Some((nodes, tensors))
}

/// The operators of a graph, without reading its constants.
#[cfg(feature = "tract")]
pub(crate) fn operators(bytes: &[u8]) -> Option<std::collections::BTreeSet<String>> {
    let mut operators = std::collections::BTreeSet::new();
    for field in fields(bytes) {
        let (7, Value::Bytes(graph)) = field? else { continue };
        for field in fields(graph) {
            if let (1, Value::Bytes(node)) = field? {
                operators.insert(read_node(node)?.operator);
            }
        }
    }
    Some(operators)
}

fn read_node(bytes: &[u8]) -> Option<Node> {
    let mut node = Node::default();
    for field in fields(bytes) {
        match field? {
            (1, Value::Bytes(input)) => node.inputs.push(text(input)?),
            (4, Value::Bytes(operator)) => node.operator = text(operator)?,
            (5, Value::Bytes(attribute)) => {
                let (mut name, mut floats) = (String::new(), Vec::new());
                for field in fields(attribute) {
                    match field? {
                        (1, Value::Bytes(bytes)) => name = text(bytes)?,
                        (7, value) => push_floats(&mut floats, value),
                        _ => {}
                    }
                }
                node.floats.insert(name, floats);
            }
            _ => {}
        }
    }
    Some(node)
}

fn read_tensor(bytes: &[u8]) -> Option<(String, Tensor)> {
    let (mut name, mut tensor) = (String::new(), Tensor::default());
    for field in fields(bytes) {
        match field? {
            (1, Value::Number(dimension)) => tensor.dimensions.push(dimension),
            (1, Value::Bytes(mut packed)) => {
                while !packed.is_empty() {
                    tensor.dimensions.push(number(&mut packed)?);
                }
            }
            (4 | 9, value) => push_floats(&mut tensor.numbers, value),
            (8, Value::Bytes(bytes)) => name = text(bytes)?,
            _ => {}
        }
    }
    Some((name, tensor))
}

/// Packed or one by one, and a tensor's raw data is the same bytes.
fn push_floats(floats: &mut Vec<f32>, value: Value<'_>) {
    match value {
        Value::Four(bits) => floats.push(f32::from_bits(bits)),
        Value::Bytes(bytes) => floats.extend(bytes.chunks_exact(4).map(|four| match *four {
            [a, b, c, d] => f32::from_le_bytes([a, b, c, d]),
            _ => f32::NAN,
        })),
        Value::Number(_) => {}
    }
}

#[derive(Clone, Copy, Debug)]
enum Value<'a> {
    Number(u64),
    Four(u32),
    Bytes(&'a [u8]),
}

/// The fields of a protobuf message; `None` where it is broken, and then no more.
fn fields(mut bytes: &[u8]) -> impl Iterator<Item = Option<(u64, Value<'_>)>> {
    let mut is_broken = false;
    std::iter::from_fn(move || {
        if bytes.is_empty() || is_broken {
            return None;
        }
        let field = take_field(&mut bytes);
        is_broken = field.is_none();
        Some(field)
    })
}

fn take_field<'a>(bytes: &mut &'a [u8]) -> Option<(u64, Value<'a>)> {
    let key = number(bytes)?;
    let mut take = |length: usize| -> Option<&'a [u8]> {
        let (part, rest) = bytes.split_at_checked(length)?;
        *bytes = rest;
        Some(part)
    };
    let value = match key & 7 {
        0 => Value::Number(number(bytes)?),
        1 => Value::Bytes(take(8)?),
        2 => {
            let length = usize::try_from(number(bytes)?).ok()?;
            let (part, rest) = bytes.split_at_checked(length)?;
            *bytes = rest;
            Value::Bytes(part)
        }
        5 => Value::Four(u32::from_le_bytes(take(4)?.try_into().ok()?)),
        _ => return None,
    };
    Some((key >> 3, value))
}

fn number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

fn text(bytes: &[u8]) -> Option<String> {
    String::from_utf8(bytes.to_vec()).ok()
}
