/** The stages of a pipeline. */
import { StageError, validateStage } from '../pipeline/validate.js';
import type { LabelExtraction, LabelFormat, NamedOrMatcher, PatternStage, RegexpStage, Stage } from './ast.js';
import { ParseError } from './parse-error.js';
import { parseLabelFilter } from './parse-label-filter.js';
import { isLineFilterOp, parseLineFilter } from './parse-line-filter.js';
import { isMatchOp, newMatcher } from './parse-selector.js';
import type { TokenCursor } from './token-cursor.js';

/**
 * Pipeline: {LineFilter | `|` Stage}
 *
 * With `unwrapMayFollow`, stops after a `|` before `unwrap` and returns true.
 */
export function parsePipeline(cursor: TokenCursor, stages: Stage[], unwrapMayFollow: boolean): boolean {
  for (;;) {
    if (isLineFilterOp(cursor.kind)) {
      for (const stage of parseLineFilter(cursor)) stages.push(stage);
    } else if (cursor.accept('|')) {
      if (unwrapMayFollow && cursor.kind === 'unwrap') return true;
      stages.push(parseStage(cursor));
    } else {
      return false;
    }
  }
}

function parseStage(cursor: TokenCursor): Stage {
  switch (cursor.kind) {
    case 'json':
      cursor.take();
      return { kind: 'json', expressions: parseExtractions(cursor) };
    case 'logfmt':
      return parseLogfmt(cursor);
    case 'regexp':
    case 'pattern': {
      const kind = cursor.take().kind as 'regexp' | 'pattern';
      return checkedParser({ kind, pattern: cursor.expect('STRING').text });
    }
    case 'unpack':
    case 'decolorize':
      return { kind: cursor.take().kind as 'unpack' | 'decolorize' };
    case 'line_format':
      cursor.take();
      return { kind: 'line-format', template: cursor.expect('STRING').text };
    case 'label_format':
      return parseLabelFormat(cursor);
    case 'drop':
    case 'keep':
      return { kind: cursor.take().kind as 'drop' | 'keep', labels: parseNamesOrMatchers(cursor) };
    default:
      if (!cursor.at('IDENTIFIER', '(')) cursor.unexpected();
      return { kind: 'label-filter', filter: parseLabelFilter(cursor) };
  }
}

/** Unlike with other stages, a bad expression is refused where it stands. */
function checkedParser(stage: RegexpStage | PatternStage): Stage {
  try {
    validateStage(stage);
  } catch (cause) {
    if (cause instanceof StageError) throw new ParseError(cause.message, undefined, { cause });
    throw cause;
  }
  return stage;
}

/** Logfmt: `logfmt` {FUNCTION_FLAG} [Extractions] */
function parseLogfmt(cursor: TokenCursor): Stage {
  cursor.take();
  let strict = false;
  let keepEmpty = false;
  while (cursor.kind === 'FUNCTION_FLAG') {
    if (cursor.take().text === '--strict') strict = true;
    else keepEmpty = true;
  }
  return { kind: 'logfmt', strict, keepEmpty, expressions: parseExtractions(cursor) };
}

/** Extractions: [Extraction {`,` Extraction}]; Extraction: IDENTIFIER [`=` STRING] */
function parseExtractions(cursor: TokenCursor): LabelExtraction[] {
  const expressions: LabelExtraction[] = [];
  if (!cursor.at('IDENTIFIER')) return expressions;
  do {
    const name = cursor.expect('IDENTIFIER').text;
    expressions.push({ name, expression: cursor.accept('=') ? cursor.expect('STRING').text : name });
  } while (cursor.accept(','));
  return expressions;
}

/** LabelFormat: `label_format` IDENTIFIER `=` (IDENTIFIER | STRING) {`,` …} */
function parseLabelFormat(cursor: TokenCursor): Stage {
  cursor.take();
  const formats: LabelFormat[] = [];
  do {
    const name = cursor.expect('IDENTIFIER').text;
    cursor.expect('=');
    const { kind, text } = cursor.expect('IDENTIFIER', 'STRING');
    formats.push(kind === 'STRING' ? { kind: 'template', name, template: text } : { kind: 'rename', name, from: text });
  } while (cursor.accept(','));
  return { kind: 'label-format', formats };
}

/** NamesOrMatchers: IDENTIFIER [MatchOp STRING] {`,` …} */
function parseNamesOrMatchers(cursor: TokenCursor): NamedOrMatcher[] {
  const labels: NamedOrMatcher[] = [];
  do {
    const name = cursor.expect('IDENTIFIER').text;
    const op = cursor.kind;
    if (isMatchOp(op)) {
      cursor.take();
      labels.push(newMatcher(name, op, cursor.expect('STRING').text));
    } else {
      labels.push({ name });
    }
  } while (cursor.accept(','));
  return labels;
}
