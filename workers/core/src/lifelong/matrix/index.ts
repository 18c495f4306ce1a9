export { type AccuracyMatrix, parseMatrixCsv, parseMatrixJson } from "./accuracy-matrix.ts";
export { measureMatrix } from "./measure-matrix.ts";
