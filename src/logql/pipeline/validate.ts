/** Refuses stages that Loki refuses when it compiles them, in its words. */

import { assertNever } from '../../errors.js';
import { compileRegex } from '../../model/regex.js';
import type { LabelFilter, NamedOrMatcher, Stage } from '../syntax/ast.js';
import { IpMatcher } from './stages/ip.js';
import { parseJsonExpression } from './stages/json-expression.js';
import { compileFormats } from './stages/label-format.js';
import { lineFilters } from './stages/line-filter.js';
import { compileLineTemplate } from './stages/line-format.js';
import { parseLogfmtExpression } from './stages/logfmt-expression.js';
import { parsePatternParser } from './stages/pattern-expression.js';
import { compileCaptures } from './stages/regexp.js';

/**
 * `phase` says who notices in Loki: the parser ("parse error : <message>"), or the compiler of the pipeline
 * ("parse error : stage '<the stage, printed>' : <message>"). `message` is the bare text.
 */
export class StageError extends Error {
  override readonly name = 'StageError';
  readonly phase: 'parse' | 'stage';
  constructor(phase: 'parse' | 'stage', message: string, options?: ErrorOptions) {
    super(message, options);
    this.phase = phase;
  }
}

/** Throws StageError. */
export function validateStage(stage: Stage): void {
  switch (stage.kind) {
    case 'line-filter':
      refuseAs('stage', '', () => lineFilters(stage));
      break;
    case 'json':
      refuseAs('stage', '', () => stage.expressions.map(({ expression }) => parseJsonExpression(expression)));
      break;
    case 'logfmt':
      refuseAs('stage', '', () => stage.expressions.map(({ expression }) => parseLogfmtExpression(expression)));
      break;
    case 'regexp':
      refuseAs('parse', 'invalid regexp parser: ', () => compileCaptures(stage.pattern));
      break;
    case 'pattern':
      refuseAs('parse', 'invalid pattern parser: ', () => parsePatternParser(stage.pattern));
      break;
    case 'label-filter':
      validateLabelFilter(stage.filter, true);
      break;
    case 'line-format':
      refuseAs('stage', '', () => compileLineTemplate(stage.template));
      break;
    case 'label-format':
      refuseAs('stage', '', () => compileFormats(stage.formats));
      break;
    case 'drop':
    case 'keep':
      refuseAs('parse', '', () => stage.labels.forEach(checkMatcher));
      break;
    case 'unpack':
    case 'decolorize':
      break;
    default:
      assertNever(stage);
  }
}

/** For the filters behind unwrap as well. `isStage`: it stands alone; only there Loki notices a bad address. */
export function validateLabelFilter(filter: LabelFilter, isStage: boolean): void {
  switch (filter.kind) {
    case 'and':
    case 'or':
      validateLabelFilter(filter.left, false);
      validateLabelFilter(filter.right, false);
      break;
    case 'string':
      refuseAs('parse', '', () => checkMatcher(filter.matcher));
      break;
    case 'ip':
      if (isStage) refuseAs('stage', '', () => new IpMatcher(filter.pattern));
      break;
  }
}

function checkMatcher(label: NamedOrMatcher): void {
  if ('op' in label && (label.op === '=~' || label.op === '!~')) compileRegex(label.value, { anchored: true });
}

function refuseAs(phase: StageError['phase'], prefix: string, compile: () => unknown): void {
  try {
    compile();
  } catch (e) {
    if (e instanceof Error) throw new StageError(phase, prefix + e.message, { cause: e });
    throw e;
  }
}
