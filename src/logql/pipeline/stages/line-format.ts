/** `| line_format "{{.level}} {{.msg}}"`: the line becomes what the template makes of the row. */
import { compileTemplate, type Template, TemplateError, TemplateExecError } from '../../../template/template.js';
import type { RowStage } from '../row.js';
import type { StageContext } from '../stage-context.js';
import { RowTemplateData } from './template-data.js';

export const templateFormatError = 'TemplateFormatErr';

/** Throws with Loki's text. */
export function compileLineTemplate(text: string): Template {
  try {
    return compileTemplate(text, { name: 'line' });
  } catch (e) {
    if (e instanceof TemplateError) throw new Error(`invalid line template: ${e.message}`, { cause: e });
    throw e;
  }
}

/** `{{.name}}` and nothing else. */
const singleField = /^\{\{-?\s*\.([\p{L}_][\p{L}\p{Nd}_]*)\s*-?\}\}$/u;

export function lineFormatStage(text: string, template: Template, context: StageContext): RowStage {
  const field = singleField.exec(text)?.[1];
  if (field !== undefined) {
    // The label itself, not what templates see: the error's labels are not there.
    const slot = context.builder.slot(field);
    return {
      process: (row) => {
        row.setText(row.labels.get(slot) ?? '');
        return true;
      },
    };
  }
  const data = new RowTemplateData();
  return {
    process: (row) => {
      data.reset(row);
      try {
        row.setText(template.render(data));
      } catch (e) {
        if (!(e instanceof TemplateExecError)) throw e;
        row.labels.error = templateFormatError;
        row.labels.errorDetails = e.message;
      }
      return true;
    },
  };
}
