/** Texts kept for one test. */
const keptMax = 64;
/** A test is asked for as many texts as that before it is known whether they recur. */
const lookupsMin = keptMax * 4;

/** The test, asked once for each text as long as texts recur: a label often has one of a few values. */
export function remembered(test: (text: string) => boolean): (text: string) => boolean {
  const verdicts = new Map<string, boolean>();
  let lookups = 0;
  let isUseful = true;
  return (text) => {
    if (!isUseful) return test(text);
    lookups++;
    let verdict = verdicts.get(text);
    if (verdict === undefined) {
      if (verdicts.size >= keptMax) {
        isUseful = lookups >= lookupsMin;
        verdicts.clear();
        lookups = 0;
      }
      verdict = test(text);
      verdicts.set(text, verdict);
    }
    return verdict;
  };
}
