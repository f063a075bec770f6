//! A WebAssembly module, taken apart into its sections.

use crate::Result;
use std::collections::BTreeSet;
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{CodeSection, DataCountSection, DataSection, MemorySection, TypeSection};
use wasmparser::{
    BinaryReaderError, Data, Element, ElementItems, ElementKind, Export, ExternalKind, FuncType, FunctionBody, Global,
    Import, MemoryType, Operator, Parser, Payload, Table, TypeRef,
};

/// The parts of a module, each in its order. Custom sections are dropped: none of them matters when it runs.
#[derive(Default)]
pub struct Module<'a> {
    /// The types of functions.
    pub types: Vec<FuncType>,
    /// The imports, all of them functions.
    pub imports: Vec<Import<'a>>,
    /// The type of each function, the imported ones first.
    pub functions: Vec<u32>,
    /// The tables.
    pub tables: Vec<Table<'a>>,
    /// The memories.
    pub memories: Vec<MemoryType>,
    /// The global variables.
    pub globals: Vec<Global<'a>>,
    /// The exports.
    pub exports: Vec<Export<'a>>,
    /// What the tables are filled with.
    pub elements: Vec<Element<'a>>,
    /// The code of each function that is not imported.
    pub bodies: Vec<FunctionBody<'a>>,
    /// What the memory is filled with.
    pub data: Vec<Data<'a>>,
}

impl<'a> Module<'a> {
    /// Takes a module apart. It must be one that the Rust compiler and wasm-bindgen make for a page.
    pub fn read(bytes: &'a [u8]) -> Result<Self> {
        let mut module = Module::default();
        for payload in Parser::new(0).parse_all(bytes) {
            module.take(payload.map_err(unreadable)?)?;
        }
        Ok(module)
    }

    /// Adds a section.
    fn take(&mut self, payload: Payload<'a>) -> Result<()> {
        match payload {
            Payload::TypeSection(section) => {
                self.types = all(section.into_iter_err_on_gc_types())?;
            }
            Payload::ImportSection(section) => {
                self.imports = all(section.into_imports())?;
                for import in &self.imports {
                    let TypeRef::Func(kind) = import.ty else {
                        return Err(format!("the page's module imports {}, which is no function", import.name));
                    };
                    self.functions.push(kind);
                }
            }
            Payload::FunctionSection(section) => self.functions.extend(all(section)?),
            Payload::TableSection(section) => self.tables = all(section)?,
            Payload::MemorySection(section) => self.memories = all(section)?,
            Payload::GlobalSection(section) => self.globals = all(section)?,
            Payload::ExportSection(section) => self.exports = all(section)?,
            Payload::ElementSection(section) => self.elements = all(section)?,
            Payload::CodeSectionEntry(body) => self.bodies.push(body),
            Payload::DataSection(section) => self.data = all(section)?,
            Payload::Version { .. }
            | Payload::DataCountSection { .. }
            | Payload::CodeSectionStart { .. }
            | Payload::CustomSection(_)
            | Payload::End(_) => {}
            other => return Err(format!("the page's module has a section that is not expected: {other:?}")),
        }
        Ok(())
    }

    /// The number of imported functions: the first that has code follows them.
    pub fn imported(&self) -> u32 {
        count(&self.imports)
    }

    /// The code of a function; none if it is imported.
    pub fn body(&self, function: u32) -> Option<&FunctionBody<'a>> {
        self.bodies.get(function.checked_sub(self.imported())? as usize)
    }

    /// The functions that a function refers to.
    pub fn used_by(&self, function: u32) -> Result<BTreeSet<u32>> {
        let mut used = BTreeSet::new();
        if let Some(body) = self.body(function) {
            for operator in body.get_operators_reader().map_err(unreadable)? {
                match operator.map_err(unreadable)? {
                    Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                        used.insert(function_index);
                    }
                    // A part that is loaded later would have to have numbers of its own for these.
                    other @ (Operator::RefFunc { .. }
                    | Operator::MemoryInit { .. }
                    | Operator::DataDrop { .. }
                    | Operator::TableInit { .. }
                    | Operator::ElemDrop { .. }) => {
                        return Err(format!("the page's module has an instruction that is not expected: {other:?}"));
                    }
                    _ => {}
                }
            }
        }
        Ok(used)
    }

    /// The exported functions.
    pub fn exported(&self) -> impl Iterator<Item = u32> + '_ {
        self.exports.iter().filter(|export| export.kind == ExternalKind::Func).map(|export| export.index)
    }

    /// The places of the table of functions, each with what is in it: place, function.
    pub fn slots(&self) -> Result<Vec<(u32, u32)>> {
        let mut slots = Vec::new();
        for element in &self.elements {
            let (ElementKind::Active { table_index: None | Some(0), offset_expr }, ElementItems::Functions(functions)) =
                (&element.kind, &element.items)
            else {
                return Err("the page's module fills a table in a way that is not expected".to_string());
            };
            let mut offset = offset_expr.get_operators_reader();
            let Ok(Operator::I32Const { value }) = offset.read() else {
                return Err("the page's module fills a table at a place that is not expected".to_string());
            };
            let first = u32::try_from(value).map_err(|e| e.to_string())?;
            slots.extend((first..).zip(all(functions.clone())?));
        }
        Ok(slots)
    }

    /// The section of types.
    pub fn type_section(&self) -> Result<TypeSection> {
        let mut section = TypeSection::new();
        for kind in &self.types {
            let kind = Renumber::same(self).func_type(kind.clone()).map_err(unwritable)?;
            section.ty().func_type(&kind);
        }
        Ok(section)
    }

    /// The section of memories.
    pub fn memory_section(&self) -> Result<MemorySection> {
        let mut section = MemorySection::new();
        for memory in &self.memories {
            section.memory(Renumber::same(self).memory_type(*memory).map_err(unwritable)?);
        }
        Ok(section)
    }

    /// The section with the number of pieces of data.
    pub fn data_count(&self) -> DataCountSection {
        DataCountSection { count: count(&self.data) }
    }

    /// The section of data.
    pub fn data_section(&self) -> Result<DataSection> {
        let mut section = DataSection::new();
        for data in &self.data {
            Renumber::same(self).parse_data(&mut section, data.clone()).map_err(unwritable)?;
        }
        Ok(section)
    }
}

/// Writes parts of a module in which functions have other numbers.
pub struct Renumber {
    /// The new number of each function; none where it does not occur any more.
    pub numbers: Vec<Option<u32>>,
}

impl Renumber {
    /// All functions keep their number.
    pub fn same(module: &Module) -> Self {
        Renumber { numbers: (0..count(&module.functions)).map(Some).collect() }
    }

    /// Writes the code of a function.
    pub fn body(&mut self, code: &mut CodeSection, body: &FunctionBody) -> Result<()> {
        self.parse_function_body(code, body.clone()).map_err(unwritable)
    }
}

impl Reencode for Renumber {
    type Error = String;

    fn function_index(&mut self, function: u32) -> std::result::Result<u32, reencode::Error<String>> {
        let number = self.numbers.get(function as usize).copied().flatten();
        number.ok_or_else(|| reencode::Error::UserError(format!("function {function} is in the other part")))
    }
}

/// The length of a list of a module, which is less than 2³².
pub fn count<T>(list: &[T]) -> u32 {
    u32::try_from(list.len()).expect("a module counts in 32 bits")
}

/// All items of a section.
fn all<T>(items: impl IntoIterator<Item = std::result::Result<T, BinaryReaderError>>) -> Result<Vec<T>> {
    items.into_iter().collect::<std::result::Result<_, _>>().map_err(unreadable)
}

/// The error of a module that cannot be read.
pub fn unreadable(error: BinaryReaderError) -> String {
    format!("the page's module cannot be read: {error}")
}

/// The error of a part that cannot be written.
pub fn unwritable(error: reencode::Error<String>) -> String {
    format!("a part of the page's module cannot be written: {error}")
}
