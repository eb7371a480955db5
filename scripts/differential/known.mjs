// Differences from Loki that are meant, each explained in docs/differences.md under its name.

/** `applies(query, want, got)`: is this difference between Loki's answer and ours the known one? */
export const known = [
  {
    name: 'stages refused while labels are categorized',
    applies: (query, want, got) =>
      query.categorize === true &&
      want.status === 200 &&
      want.data?.result?.length === 0 &&
      got.status === 400 &&
      got.text.startsWith("parse error : stage '"),
  },
  {
    name: 'label values that are not UTF-8',
    applies: (_query, want, got) =>
      want.status === 500 && want.text.includes('invalid UTF-8 rune') && got.status === 200,
  },
];
