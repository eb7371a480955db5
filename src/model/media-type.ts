/** The type of a Content-Type, read as strictly as Go's mime package does, which Loki asks. */

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]*/;
const quoted = /^"((?:[^"\\\r\n]|\\[^\r\n])*)"/;

/** The type in lower case, or what is wrong with it or with its parameters, in Go's words. */
export function parseMediaType(text: string): { readonly type: string } | { readonly error: string } {
  const base = text.split(';', 1)[0] as string;
  const type = base.trim().toLowerCase();
  const error = typeError(type) ?? parametersError(text.slice(base.length));
  return error === null ? { type } : { error };
}

function typeError(type: string): string | null {
  const first = tokenOf(type);
  if (first === '') return 'mime: no media type';
  const rest = type.slice(first.length);
  if (rest === '') return null;
  if (rest[0] !== '/') return 'mime: expected slash after first token';
  const subtype = tokenOf(rest.slice(1));
  if (subtype === '') return 'mime: expected token after slash';
  return rest.length > subtype.length + 1 ? 'mime: unexpected content after media subtype' : null;
}

/** `text` is empty or begins with a semicolon. */
function parametersError(text: string): string | null {
  const seen = new Map<string, string>();
  for (let rest = text.trimStart(); rest !== ''; rest = rest.trimStart()) {
    const parameter = parameterOf(rest);
    if (parameter === null) return rest.trim() === ';' ? null : 'mime: invalid media parameter';
    const { name, value } = parameter;
    if ((seen.get(name) ?? value) !== value) return 'mime: duplicate parameter name';
    seen.set(name, value);
    rest = parameter.rest;
  }
  return null;
}

/** `; name=value` or `; name="value"`. */
function parameterOf(text: string): { name: string; value: string; rest: string } | null {
  if (text[0] !== ';') return null;
  let rest = text.slice(1).trimStart();
  const name = tokenOf(rest).toLowerCase();
  rest = rest.slice(name.length).trimStart();
  if (name === '' || rest[0] !== '=') return null;
  rest = rest.slice(1).trimStart();
  const string = quoted.exec(rest);
  const value = string === null ? tokenOf(rest) : (string[1] as string);
  if (string === null && value === '') return null;
  return { name, value, rest: rest.slice(string === null ? value.length : string[0].length) };
}

const tokenOf = (text: string): string => (token.exec(text) as RegExpExecArray)[0];
