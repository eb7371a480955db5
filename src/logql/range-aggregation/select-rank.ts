/**
 * Moves the value that would be at `rank` in sorted order there, smaller ones (or equal ones) before it, larger ones (or
 * equal ones) behind it; only values [0, count) take part, and none is NaN. Linear in `count` as a rule; values that
 * defeat the choice of pivots are sorted instead.
 */
export function selectRank(values: Float64Array, count: number, rank: number): void {
  let low = 0;
  let high = count - 1;
  let roundsLeft = 2 * Math.ceil(Math.log2(count + 1)) + 8;
  while (low < high) {
    if (roundsLeft-- === 0) {
      values.subarray(low, high + 1).sort();
      return;
    }
    const pivot = medianOfThree(values[low] as number, values[(low + high) >>> 1] as number, values[high] as number);
    let i = low;
    let j = high;
    while (i <= j) {
      while ((values[i] as number) < pivot) i++;
      while ((values[j] as number) > pivot) j--;
      if (i > j) break;
      const swapped = values[i] as number;
      values[i++] = values[j] as number;
      values[j--] = swapped;
    }
    // [low, j] <= pivot, [i, high] >= pivot, and what is between them equals it.
    if (rank <= j) high = j;
    else if (rank >= i) low = i;
    else return;
  }
}

const medianOfThree = (a: number, b: number, c: number): number =>
  a < b ? (b < c ? b : a < c ? c : a) : a < c ? a : b < c ? c : b;
