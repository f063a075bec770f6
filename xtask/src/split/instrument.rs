//! The module with a note in each function, which says that it was called.

use super::module::{count, unwritable, Module, Renumber};
use crate::Result;
use wasm_encoder::reencode::Reencode;
use wasm_encoder::{
    CodeSection, ExportKind, ExportSection, FunctionSection, GlobalSection, ImportSection, Instruction, MemArg,
    MemoryType, TableSection,
};
use wasmparser::Operator;

/// The name of the memory that has a byte for each function: 1 once it has been called.
pub const CALLED: &str = "called";

/// The size of a page of memory.
const PAGE_BYTES: u64 = 65_536;

/// The same module, with a second memory in which each function notes that it was called.
pub fn instrument(module: &Module) -> Result<Vec<u8>> {
    let mut same = Renumber::same(module);
    let mut code = CodeSection::new();
    let memory_index = count(&module.memories);
    for (number, body) in (module.imported()..).zip(&module.bodies) {
        let mut function = same.new_function_with_parsed_locals(body).map_err(unwritable)?;
        let at = i32::try_from(number).map_err(|e| e.to_string())?;
        function.instruction(&Instruction::I32Const(at)).instruction(&Instruction::I32Const(1));
        function.instruction(&Instruction::I32Store8(MemArg { offset: 0, align: 0, memory_index }));
        for operator in body.get_operators_reader().map_err(super::module::unreadable)? {
            let operator: Operator = operator.map_err(super::module::unreadable)?;
            function.instruction(&same.instruction(operator).map_err(unwritable)?);
        }
        code.function(&function);
    }
    let mut memories = module.memory_section()?;
    let pages = u64::from(count(&module.functions)).div_ceil(PAGE_BYTES);
    memories.memory(MemoryType { minimum: pages, maximum: None, memory64: false, shared: false, page_size_log2: None });
    let (mut imports, mut functions) = (ImportSection::new(), FunctionSection::new());
    for import in &module.imports {
        same.parse_import(&mut imports, *import).map_err(unwritable)?;
    }
    for kind in &module.functions[module.imports.len()..] {
        functions.function(*kind);
    }
    let (mut tables, mut globals, mut exports) = (TableSection::new(), GlobalSection::new(), ExportSection::new());
    for table in &module.tables {
        same.parse_table(&mut tables, table.clone()).map_err(unwritable)?;
    }
    for global in &module.globals {
        same.parse_global(&mut globals, global.clone()).map_err(unwritable)?;
    }
    for export in &module.exports {
        same.parse_export(&mut exports, *export).map_err(unwritable)?;
    }
    exports.export(CALLED, ExportKind::Memory, memory_index);
    let mut elements = wasm_encoder::ElementSection::new();
    for element in &module.elements {
        same.parse_element(&mut elements, element.clone()).map_err(unwritable)?;
    }
    let mut out = wasm_encoder::Module::new();
    out.section(&module.type_section()?).section(&imports).section(&functions).section(&tables).section(&memories);
    out.section(&globals).section(&exports).section(&elements).section(&module.data_count());
    out.section(&code).section(&module.data_section()?);
    Ok(out.finish())
}
