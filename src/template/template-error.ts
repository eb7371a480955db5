/** The template does not parse. The message is Go's: "template: line:1: unexpected …". */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

/** Rendering failed. The message is Go's: `template: line:1:2: executing "line" at <…>: …`. */
export class TemplateExecError extends Error {
  override readonly name = 'TemplateExecError';
}

/** A function of the table refuses its arguments; the interpreter adds where. */
export class CallError extends Error {
  override readonly name = 'CallError';
}
