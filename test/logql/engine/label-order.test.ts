import { expect, test } from 'vitest';
import { compareLabels } from '../../../src/logql/engine/label-order.js';
import { Labels } from '../../../src/model/labels.js';

test('series stand by name, then value, pair by pair; a prefix comes first; text by its bytes', () => {
  const ordered = [
    {},
    { a: '1' },
    { a: '1', b: '0' },
    { a: '10' },
    { a: '2' },
    { a: 'a' },
    { a: 'é' },
    { a: '\uffee' },
    { a: '😀' },
    { aa: '0' },
    { b: '0' },
  ];
  const labels = ordered.map((record) => Labels.from(record));
  for (let i = 0; i < labels.length; i++) {
    for (let j = 0; j < labels.length; j++) {
      expect(Math.sign(compareLabels(labels[i] as Labels, labels[j] as Labels))).toBe(Math.sign(i - j));
    }
  }
});
