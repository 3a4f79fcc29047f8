// Entry of the WASM build: every export is one function of the binding (../exports.ts names them for TypeScript).
// All memory is owned by the JavaScript side: functions take addresses and never allocate. Inner loops are exported too,
// so that the optimiser keeps them apart: V8 compiles a function well only from its second call on.
export * from './rows';
export * from './top';
export * from './genes';
export * from './select';
export * from './log';
export * from './gram';
export * from './project';
export * from './nearest';
export * from './symv';
