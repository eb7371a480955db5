/** Schemas of the values with parts. Loaded only when a file has one of them: zod costs start-up time. */
import * as z from 'zod';
import type { BlockedQuery, OtlpAttributes, OtlpConfig, StreamRetention } from '../limits/limits.js';
import type { SchemaPeriod } from './shapes.js';
import { DAY, parseDuration, UnitError } from './units.js';

export interface Structures {
  readonly schemaPeriods: readonly SchemaPeriod[];
  readonly streamPeriods: readonly StreamRetention[];
  readonly blockedQueries: readonly BlockedQuery[];
  readonly attributes: readonly OtlpAttributes[];
  readonly resourceAttributes: OtlpConfig['resource_attributes'];
  readonly genericFields: Readonly<Record<string, readonly string[]>>;
}
export type StructureName = keyof Structures;

/** Loki reads a text where a number or a yes stands, too. */
const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const texts = z
  .array(text)
  .nullish()
  .transform((list) => list ?? []);

const duration = text.transform((written, context) => {
  try {
    return parseDuration(written);
  } catch (error) {
    if (!(error instanceof UnitError)) throw error;
    context.addIssue({ code: 'custom', message: error.message });
    return z.NEVER;
  }
});

const stores = [
  ...['tsdb', 'boltdb-shipper', 'inmemory'],
  ...['aws', 'aws-dynamo', 'bigtable', 'bigtable-hashed', 'boltdb', 'cassandra', 'gcp', 'gcp-columnkey', 'grpc-store'],
];
const tables = z
  .strictObject({
    path_prefix: text.optional(),
    prefix: text.default(''),
    period: duration.default(0),
    tags: z.record(z.string(), text).nullish(),
  })
  .transform(({ prefix, period }) => ({ prefix, period }));

const schemaPeriod = z
  .strictObject({
    from: text.refine(
      (day) => /^\d{4}-\d\d-\d\d$/.test(day) && !Number.isNaN(Date.parse(day)),
      'not a day, YYYY-MM-DD',
    ),
    store: text.refine((store) => stores.includes(store), {
      error: ({ input }) => `unrecognized \`store\` (index) type \`${input}\`, choose one of: boltdb-shipper, tsdb`,
    }),
    object_store: text.default(''),
    schema: text.refine((version) => /^v(9|10|11|12|13)$/.test(version), 'invalid schema version'),
    index: tables.default({ prefix: '', period: 0 }),
    chunks: tables.optional(),
    row_shards: z.number().optional(),
  })
  .refine(({ store, index }) => store !== 'tsdb' || index.period === DAY, {
    path: ['index', 'period'],
    error: 'tsdb must always have periodic config for index set to 24h',
  })
  .refine(({ store, index }) => store !== 'boltdb-shipper' || index.period === DAY, {
    path: ['index', 'period'],
    error:
      'boltdb-shipper works best with 24h periodic index config. Either add a new config with future date set to 24h to retain the existing index or change the existing config to use 24h period',
  })
  .transform(({ chunks: _chunks, row_shards: _shards, ...period }) => period);

const attributes = z
  .strictObject({
    action: z.enum(['index_label', 'structured_metadata', 'drop']),
    attributes: texts,
    regex: text.nullish().transform((regex) => regex ?? ''),
  })
  .refine(({ attributes, regex }) => attributes.length > 0 || regex !== '', 'either attributes or regex must be set')
  .refine(
    ({ attributes, regex }) => attributes.length === 0 || regex === '',
    'only one of attributes or regex must be set',
  );

const attributeRows = z
  .array(attributes)
  .nullish()
  .transform((rows) => rows ?? []);

export const structures: { readonly [K in StructureName]: z.ZodType<Structures[K]> } = {
  schemaPeriods: z
    .array(schemaPeriod)
    .min(1, 'must specify at least one schema config')
    .superRefine((periods, context) => {
      for (let i = 1; i < periods.length; i++) {
        if ((periods[i - 1]?.from ?? '') >= (periods[i]?.from ?? '')) {
          context.addIssue({
            code: 'custom',
            path: [i, 'from'],
            message: 'from time in config must be distinct and in increasing order',
          });
        }
      }
    }),
  streamPeriods: z.array(z.strictObject({ selector: text, priority: z.number().int().default(0), period: duration })),
  blockedQueries: z.array(
    z.strictObject({
      pattern: text.default(''),
      regex: z.boolean().default(false),
      hash: z.number().int().default(0),
      types: z.union([texts.transform((list) => list.join(',')), text]).default(''),
    }),
  ),
  attributes: attributeRows,
  resourceAttributes: z.strictObject({ ignore_defaults: z.boolean().default(false), attributes_config: attributeRows }),
  genericFields: z
    .strictObject({ fields: z.record(z.string(), texts).nullish() })
    .nullish()
    .transform((value) => value?.fields ?? {}),
};
