//! Divides a module into the part that the page starts with and the rest.
//!
//! Both parts share one memory, one set of tables and one set of global variables: those of the first part, which the rest
//! imports. A function of the rest that the first part refers to has a *stub* there, with the same type: it makes sure
//! that the rest is loaded and then calls the function by way of its place in the table of functions, which the rest has
//! filled by then.
//!
//! ```text
//! stub:    call $ensure; the arguments; call_indirect the place
//! $ensure: if the rest is not loaded: call the import `loadRest`, which loads it at once
//! ```
//!
//! So nothing has to know whether the rest is there, and it may come at any time.

use super::module::{count, unwritable, Module, Renumber};
use crate::Result;
use std::collections::{BTreeMap, BTreeSet};
use wasm_encoder::reencode::Reencode;
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, ElementSection, Elements, EntityType, ExportKind, ExportSection, Function,
    FunctionSection, GlobalSection, GlobalType, ImportSection, Instruction, StartSection, TableSection, TableType,
    ValType,
};
use wasmparser::{ExternalKind, FuncType};

/// What the imported function is called that loads the rest. wasm-bindgen adds something before and behind.
pub const LOAD_REST: &str = "_loadRest_";

/// The module from which the rest imports: the exports of the first part.
const FIRST: &str = "";

/// The two parts of a module.
pub struct Parts {
    /// What the page starts with.
    pub first: Vec<u8>,
    /// What it can load later.
    pub rest: Vec<u8>,
}

/// What is decided before anything is written.
struct Plan<'a, 'm> {
    /// The module.
    module: &'m Module<'a>,
    /// The functions of the first part, in their new order.
    first: Vec<u32>,
    /// The functions of the rest, in their new order.
    rest: Vec<u32>,
    /// The functions of the rest that have a stub, each with its place in the table.
    stubs: BTreeMap<u32, u32>,
    /// Every place of the table with a function of the rest: place, function.
    filled: Vec<(u32, u32)>,
    /// What the rest uses of the first part: function, the name that it is exported under.
    shared: BTreeMap<u32, String>,
    /// The size of the table of functions.
    table_size: u32,
}

/// Divides a module: the functions in `first` on one side, all the others on the other, each in the given order.
pub fn divide(module: &Module, first: Vec<u32>, rest: Vec<u32>) -> Result<Parts> {
    let plan = Plan::of(module, first, rest)?;
    Ok(Parts { first: plan.write_first()?, rest: plan.write_rest()? })
}

impl<'a, 'm> Plan<'a, 'm> {
    /// Decides which functions need a stub, and which are shared.
    fn of(module: &'m Module<'a>, first: Vec<u32>, rest: Vec<u32>) -> Result<Self> {
        let in_rest: BTreeSet<u32> = rest.iter().copied().collect();
        let mut wanted: BTreeSet<u32> = module.exported().collect();
        for &function in &first {
            wanted.extend(module.used_by(function)?);
        }
        let mut used = BTreeSet::new();
        for &function in &rest {
            used.extend(module.used_by(function)?.into_iter().filter(|it| !in_rest.contains(it)));
        }
        let slots = module.slots()?;
        wanted.extend(slots.iter().map(|&(_, function)| function));
        let mut filled: Vec<(u32, u32)> = slots.into_iter().filter(|(_, it)| in_rest.contains(it)).collect();
        let mut places: BTreeMap<u32, u32> = filled.iter().map(|&(place, function)| (function, place)).collect();
        let mut table_size =
            module.tables.first().map_or(0, |table| u32::try_from(table.ty.initial).unwrap_or(u32::MAX));
        let mut stubs = BTreeMap::new();
        for function in wanted.into_iter().filter(|it| in_rest.contains(it)) {
            let place = *places.entry(function).or_insert_with(|| {
                filled.push((table_size, function));
                table_size += 1;
                table_size - 1
            });
            stubs.insert(function, place);
        }
        let taken: BTreeSet<&str> = module.exports.iter().map(|export| export.name).collect();
        let names = (0..).map(short_name).filter(|name| !taken.contains(name.as_str()));
        let shared = used.into_iter().zip(names).collect();
        Ok(Plan { module, first, rest, stubs, filled, shared, table_size })
    }

    /// The numbers of functions in the first part: imports, code, stubs.
    fn numbers_in_first(&self) -> Renumber {
        let imported = self.module.imported();
        let mut numbers = vec![None; self.module.functions.len()];
        let order = (0..imported).chain(self.first.iter().copied()).chain(self.stubs.keys().copied());
        for (number, function) in (0..).zip(order) {
            numbers[function as usize] = Some(number);
        }
        Renumber { numbers }
    }

    /// The numbers of functions in the rest: what is shared, code.
    fn numbers_in_rest(&self) -> Renumber {
        let mut numbers = vec![None; self.module.functions.len()];
        for (number, function) in (0..).zip(self.shared.keys().chain(&self.rest)) {
            numbers[*function as usize] = Some(number);
        }
        Renumber { numbers }
    }

    /// The type of a table, of which the first one has the new places too.
    fn table_type(&self, number: usize) -> Result<TableType> {
        let table = &self.module.tables[number];
        let mut kind = Renumber::same(self.module).table_type(table.ty).map_err(unwritable)?;
        if number == 0 {
            let more = u64::from(self.table_size) - kind.minimum;
            kind.minimum += more;
            kind.maximum = kind.maximum.map(|maximum| maximum + more);
        }
        Ok(kind)
    }

    /// The type of the variable that says whether the rest is loaded.
    const IS_LOADED: GlobalType = GlobalType { val_type: ValType::I32, mutable: true, shared: false };

    /// The import that loads the rest.
    fn load_rest(&self) -> Result<u32> {
        let found = (0..).zip(&self.module.imports).find(|(_, import)| import.name.contains(LOAD_REST));
        found
            .map(|(number, _)| number)
            .ok_or_else(|| "the page's module imports nothing that loads its rest".to_string())
    }

    /// The type of a function without arguments and results.
    fn plain_type(&self) -> Result<u32> {
        let is_plain = |kind: &FuncType| kind.params().is_empty() && kind.results().is_empty();
        let found = (0..).zip(&self.module.types).find(|(_, kind)| is_plain(kind));
        found.map(|(number, _)| number).ok_or_else(|| "the page's module has no plain function".to_string())
    }

    /// Writes the first part.
    fn write_first(&self) -> Result<Vec<u8>> {
        let module = self.module;
        let mut numbers = self.numbers_in_first();
        let is_loaded = count(&module.globals);
        let ensure =
            module.imported() + count(&self.first) + u32::try_from(self.stubs.len()).map_err(|e| e.to_string())?;

        let (mut imports, mut functions, mut code) = (ImportSection::new(), FunctionSection::new(), CodeSection::new());
        for import in &module.imports {
            numbers.parse_import(&mut imports, *import).map_err(unwritable)?;
        }
        for &function in &self.first {
            functions.function(module.functions[function as usize]);
            let body = module.body(function).ok_or("an imported function has no code")?;
            numbers.body(&mut code, body)?;
        }
        for (&function, &place) in &self.stubs {
            let kind = module.functions[function as usize];
            functions.function(kind);
            code.function(&stub(ensure, kind, count(module.types[kind as usize].params()), place)?);
        }
        functions.function(self.plain_type()?);
        code.function(&ensure_loaded(is_loaded, self.load_rest()?));

        let (mut tables, mut globals, mut elements) =
            (TableSection::new(), GlobalSection::new(), ElementSection::new());
        for number in 0..module.tables.len() {
            tables.table(self.table_type(number)?);
        }
        for global in &module.globals {
            numbers.parse_global(&mut globals, global.clone()).map_err(unwritable)?;
        }
        globals.global(Self::IS_LOADED, &ConstExpr::i32_const(0));
        for element in &module.elements {
            numbers.parse_element(&mut elements, element.clone()).map_err(unwritable)?;
        }
        let exports = self.exports_of_first(&mut numbers)?;
        let mut out = wasm_encoder::Module::new();
        out.section(&module.type_section()?).section(&imports).section(&functions).section(&tables);
        out.section(&module.memory_section()?).section(&globals).section(&exports).section(&elements);
        out.section(&module.data_count()).section(&code).section(&module.data_section()?);
        Ok(out.finish())
    }

    /// All that the module exports, and all that the rest needs: functions, tables, memory, variables.
    fn exports_of_first(&self, numbers: &mut Renumber) -> Result<ExportSection> {
        let mut exports = ExportSection::new();
        for export in &self.module.exports {
            numbers.parse_export(&mut exports, *export).map_err(unwritable)?;
        }
        for (&function, name) in &self.shared {
            exports.export(name, ExportKind::Func, numbers.function_index(function).map_err(unwritable)?);
        }
        let parts = [
            (ExternalKind::Table, self.module.tables.len()),
            (ExternalKind::Memory, self.module.memories.len()),
            (ExternalKind::Global, self.module.globals.len() + 1),
        ];
        for (kind, length) in parts {
            for number in 0..u32::try_from(length).map_err(|e| e.to_string())? {
                let export_kind = numbers.export_kind(kind).map_err(unwritable)?;
                exports.export(&part_name(kind, number), export_kind, number);
            }
        }
        Ok(exports)
    }

    /// Writes the rest.
    fn write_rest(&self) -> Result<Vec<u8>> {
        let module = self.module;
        let mut numbers = self.numbers_in_rest();
        let mut imports = ImportSection::new();
        for (&function, name) in &self.shared {
            imports.import(FIRST, name, EntityType::Function(module.functions[function as usize]));
        }
        for number in 0..module.tables.len() {
            imports.import(
                FIRST,
                &part_name(ExternalKind::Table, u32::try_from(number).map_err(|e| e.to_string())?),
                EntityType::Table(self.table_type(number)?),
            );
        }
        for (number, memory) in (0..).zip(&module.memories) {
            let kind = numbers.memory_type(*memory).map_err(unwritable)?;
            imports.import(FIRST, &part_name(ExternalKind::Memory, number), EntityType::Memory(kind));
        }
        for (number, global) in (0..).zip(&module.globals) {
            let kind = numbers.global_type(global.ty).map_err(unwritable)?;
            imports.import(FIRST, &part_name(ExternalKind::Global, number), EntityType::Global(kind));
        }
        let is_loaded = count(&module.globals);
        imports.import(FIRST, &part_name(ExternalKind::Global, is_loaded), EntityType::Global(Self::IS_LOADED));

        let (mut functions, mut code) = (FunctionSection::new(), CodeSection::new());
        for &function in &self.rest {
            functions.function(module.functions[function as usize]);
            let body = module.body(function).ok_or("an imported function has no code")?;
            numbers.body(&mut code, body)?;
        }
        // The start function says that the rest is there; the table has been filled by then.
        functions.function(self.plain_type()?);
        let mut start = Function::new([]);
        start.instruction(&Instruction::I32Const(1)).instruction(&Instruction::GlobalSet(is_loaded));
        code.function(start.instruction(&Instruction::End));
        let start = StartSection {
            function_index: count(&self.rest) + u32::try_from(self.shared.len()).map_err(|e| e.to_string())?,
        };

        let mut elements = ElementSection::new();
        for (place, run) in self.runs() {
            let run =
                run.into_iter().map(|it| numbers.function_index(it).map_err(unwritable)).collect::<Result<Vec<_>>>()?;
            let place = i32::try_from(place).map_err(|e| e.to_string())?;
            elements.active(None, &ConstExpr::i32_const(place), Elements::Functions(run.into()));
        }
        let mut out = wasm_encoder::Module::new();
        out.section(&module.type_section()?).section(&imports).section(&functions).section(&start);
        out.section(&elements).section(&code);
        Ok(out.finish())
    }

    /// What the rest fills the table with: the functions at places that follow each other, each run with its first place.
    fn runs(&self) -> Vec<(u32, Vec<u32>)> {
        let mut filled = self.filled.clone();
        filled.sort_unstable();
        let mut runs: Vec<(u32, Vec<u32>)> = Vec::new();
        for (place, function) in filled {
            match runs.last_mut() {
                Some((first, run)) if *first + count(run) == place => run.push(function),
                _ => runs.push((place, vec![function])),
            }
        }
        runs
    }
}

/// Makes sure that the rest is loaded, and calls the function at a place of the table.
fn stub(ensure: u32, kind: u32, arguments: u32, place: u32) -> Result<Function> {
    let mut function = Function::new([]);
    function.instruction(&Instruction::Call(ensure));
    for argument in 0..arguments {
        function.instruction(&Instruction::LocalGet(argument));
    }
    function.instruction(&Instruction::I32Const(i32::try_from(place).map_err(|e| e.to_string())?));
    function.instruction(&Instruction::CallIndirect { type_index: kind, table_index: 0 });
    function.instruction(&Instruction::End);
    Ok(function)
}

/// Loads the rest, unless it is loaded.
fn ensure_loaded(is_loaded: u32, load: u32) -> Function {
    let mut function = Function::new([]);
    function.instruction(&Instruction::GlobalGet(is_loaded)).instruction(&Instruction::I32Eqz);
    function.instruction(&Instruction::If(BlockType::Empty));
    // At once.
    function.instruction(&Instruction::I32Const(1)).instruction(&Instruction::Call(load));
    function.instruction(&Instruction::End).instruction(&Instruction::End);
    function
}

/// The name under which a table, a memory or a variable is shared.
fn part_name(kind: ExternalKind, number: u32) -> String {
    let kind = match kind {
        ExternalKind::Table => 't',
        ExternalKind::Memory => 'm',
        _ => 'g',
    };
    format!("{kind}.{number}")
}

/// The `number`th of the shortest names: a letter, or more.
fn short_name(mut number: u32) -> String {
    let mut name = String::new();
    loop {
        name.push(char::from(b'a' + (number % 26) as u8));
        number /= 26;
        if number == 0 {
            return name;
        }
    }
}
