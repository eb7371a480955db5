/** count_over_time; absent_over_time (as its presence, see engine/); what they share: only how many samples there are. */
import { BucketAccumulator } from './bucket-accumulator.js';
import type { WindowPlan } from './windows.js';

export class CountAccumulator extends BucketAccumulator {
  constructor(plan: WindowPlan) {
    super(plan, 1);
  }

  add(bucket: number): void {
    (this.cells[bucket] as number)++;
  }

  addMany(bucket: number, n: number): void {
    this.cells[bucket] = (this.cells[bucket] as number) + n;
  }

  override addTotal(bucket: number, n: number): void {
    this.addMany(bucket, n);
  }

  protected join(into: Float64Array, i: number, from: Float64Array, j: number): void {
    into[i] = (into[i] as number) + (from[j] as number);
  }

  protected valueOf(cells: Float64Array, at: number): number {
    return cells[at] as number;
  }
}

/** 1 where a window has samples: absent_over_time is where no series has this. */
export class PresenceAccumulator extends CountAccumulator {
  protected override valueOf(): number {
    return 1;
  }
}
