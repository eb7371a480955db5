/** `| label_format status=code, message="{{.level}}: {{.msg}}"`: renames labels, or sets them from templates. */
import { compileTemplate, type Template, TemplateError, TemplateExecError } from '../../../template/template.js';
import type { LabelFormat } from '../../syntax/ast.js';
import { errorLabel } from '../label-names.js';
import type { LabelSlot } from '../labels-builder.js';
import type { Row, RowStage } from '../row.js';
import type { StageContext } from '../stage-context.js';
import { templateFormatError } from './line-format.js';
import { GatheredTemplateData, RowTemplateData } from './template-data.js';

export type CompiledFormat =
  | { readonly kind: 'rename'; readonly name: string; readonly from: string }
  | { readonly kind: 'template'; readonly name: string; readonly template: Template };

/** Throws with Loki's text. */
export function compileFormats(formats: readonly LabelFormat[]): readonly CompiledFormat[] {
  const seen = new Set<string>();
  for (const { name } of formats) {
    if (name === errorLabel) throw new Error(`${name} cannot be formatted`);
    if (seen.has(name)) throw new Error(`multiple label name '${name}' not allowed in a single format operation`);
    seen.add(name);
  }
  return formats.map((format) =>
    format.kind === 'rename' ? format : { kind: 'template', name: format.name, template: compileOne(format) },
  );
}

function compileOne({ name, template }: Extract<LabelFormat, { kind: 'template' }>): Template {
  try {
    return compileTemplate(template, { name: 'label' });
  } catch (e) {
    if (e instanceof TemplateError) throw new Error(`invalid template for label '${name}': ${e.message}`, { cause: e });
    throw e;
  }
}

export function labelFormatStage(formats: readonly CompiledFormat[], context: StageContext): RowStage {
  const data = templateData(formats);
  const steps = formats.map((format) => {
    const slot = context.builder.slot(format.name);
    return format.kind === 'rename'
      ? rename(slot, context.builder.slot(format.from))
      : render(slot, format.template, data);
  });
  return {
    process: (row) => {
      data.reset(row);
      for (const step of steps) step(row);
      return true;
    },
  };
}

function templateData(formats: readonly CompiledFormat[]): RowTemplateData {
  const templates = formats.flatMap((format) => (format.kind === 'template' ? [format.template] : []));
  if (templates.length <= 1) return new RowTemplateData();
  const names = new Set<string>();
  for (const { fields } of templates) {
    if (fields === null) return new GatheredTemplateData(null);
    for (const name of fields) names.add(name);
  }
  return new GatheredTemplateData([...names]);
}

const rename =
  (to: LabelSlot, from: LabelSlot) =>
  ({ labels }: Row): void => {
    const value = labels.get(from);
    if (value === undefined) return;
    labels.setParsed(to, value);
    labels.delete(from);
  };

const render =
  (to: LabelSlot, template: Template, data: RowTemplateData) =>
  ({ labels }: Row): void => {
    if (data instanceof GatheredTemplateData) data.gather();
    try {
      labels.setParsed(to, template.render(data));
    } catch (e) {
      if (!(e instanceof TemplateExecError)) throw e;
      labels.error = templateFormatError;
      labels.errorDetails = e.message;
    }
  };
