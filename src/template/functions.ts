/** The functions of a template, one row each: what Loki 3.7 offers. Adding one is adding a row. */
import { builtinFunctions } from './builtins.js';
import { dateFunctions } from './dates.js';
import { mathFunctions } from './math.js';
import { stringFunctions } from './strings.js';
import type { FunctionTable, TemplateFunction } from './template-function.js';

export const lokiFunctions: FunctionTable = new Map<string, TemplateFunction>([
  ...builtinFunctions,
  ...stringFunctions,
  ...mathFunctions,
  ...dateFunctions,
]);
