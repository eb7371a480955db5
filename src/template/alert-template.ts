/** Labels and annotations of alerts: Go templates over the alert's labels and value. */
import { alertFunctions, queryResult, SampleValue } from './alert-functions.js';
import { toDisplay } from './go-string.js';
import { Interpreter } from './interpreter.js';
import { parseTemplate } from './parser.js';
import { CallKeeper } from './template.js';
import { TemplateError, TemplateExecError } from './template-error.js';
import { type MapValue, type Method, mapOf, type OpaqueValue, type SliceValue, type Value } from './values.js';

export interface AlertSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface AlertTemplateData extends AlertSample {
  readonly externalLabels: Readonly<Record<string, string>>;
  readonly externalUrl: string;
  readonly timestampMs: number;
  /** For the function of that name: an instant query at the alert's time. */
  query(text: string): Promise<readonly AlertSample[]>;
}

/** $labels and $value are short for these. Prometheus puts this before each text, so columns of errors count it. */
const definitions =
  '{{$labels := .Labels}}{{$externalLabels := .ExternalLabels}}{{$externalURL := .ExternalURL}}{{$value := .Value}}';

/** Queries that one text may make. */
const queriesMax = 100;

/** Throws TemplateError when the text of an alert's label or annotation does not parse. */
export function checkAlertTemplate(alertName: string, text: string): void {
  const functions = alertFunctions({ query: () => queryResult([]), timestampMs: 0, externalUrl: '' });
  parseTemplate(`__alert_${alertName}`, definitions + text, (fn) => functions.has(fn));
}

/** Never fails: like Prometheus it puts what went wrong into the text. */
export async function renderAlertTemplate(alertName: string, text: string, data: AlertTemplateData): Promise<string> {
  const name = `__alert_${alertName}`;
  try {
    return await render(name, text, data);
  } catch (e) {
    if (e instanceof TemplateError) return `<error expanding template: error parsing template ${name}: ${e.message}>`;
    if (!(e instanceof TemplateExecError)) throw e;
    return `<error expanding template: error executing template ${name}: ${e.message}>`;
  }
}

/** Rendering cannot wait for a query: it is given up, and begun anew when the answer is there. */
class QueryNeeded extends Error {
  override readonly name = 'QueryNeeded';
  readonly text: string;
  constructor(text: string) {
    super(`query needed: ${text}`);
    this.text = text;
  }
}

async function render(name: string, text: string, data: AlertTemplateData): Promise<string> {
  const source = definitions + text;
  const answers = new Map<string, SliceValue>();
  const functions = alertFunctions({
    timestampMs: data.timestampMs,
    externalUrl: data.externalUrl,
    query: (query) => {
      const known = answers.get(query);
      if (known === undefined) throw new QueryNeeded(query);
      return known;
    },
  });
  const tree = parseTemplate(name, source, (fn) => functions.has(fn));
  const nanos = BigInt(Math.trunc(data.timestampMs)) * 1_000_000n;
  const keeper = new CallKeeper(() => nanos);
  const interpreter = new Interpreter(
    { name, text: source, functions, ...tree },
    {
      nowNs: () => nanos,
      timestampNs: () => nanos,
      line: () => '',
      regex: (pattern) => keeper.regex(pattern),
      location: (zone) => keeper.location(zone),
    },
  );
  for (;;) {
    try {
      return toDisplay(interpreter.render(new AlertValue(data)));
    } catch (e) {
      if (!(e instanceof QueryNeeded)) throw e;
      if (answers.size >= queriesMax) throw new TemplateExecError(`template: ${name}: more than ${queriesMax} queries`);
      answers.set(e.text, queryResult((await data.query(e.text)).map(sampleValue)));
    }
  }
}

const labelMap = (labels: Readonly<Record<string, string>>): MapValue => ({
  ...mapOf(new Map(Object.entries(labels))),
  type: 'map[string]string',
  elemType: 'string',
});

const sampleValue = ({ labels, value }: AlertSample): SampleValue => new SampleValue(labelMap(labels), value);

/** The dot of an alert's text. */
class AlertValue implements OpaqueValue {
  readonly kind = 'opaque';
  readonly type =
    'struct { Labels map[string]string; ExternalLabels map[string]string; ExternalURL string; Value interface {} }';
  readonly #fields: ReadonlyMap<string, Value>;

  constructor(data: AlertTemplateData) {
    this.#fields = new Map<string, Value>([
      ['Labels', labelMap(data.labels)],
      ['ExternalLabels', labelMap(data.externalLabels)],
      ['ExternalURL', data.externalUrl],
      ['Value', data.value],
    ]);
  }
  toString(): string {
    return '{}';
  }
  method(): Method | undefined {
    return undefined;
  }
  field(name: string): Value {
    return this.#fields.get(name);
  }
  equals(other: OpaqueValue): boolean {
    return other === this;
  }
}
