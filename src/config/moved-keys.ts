/** Keys that Loki 2.9 has at another place than 3.7: what they say is taken, unless the newer place says something. */

/** From → to. A value that means "not set" there (0, nothing) is not carried over. */
export const movedKeys: Readonly<Record<string, string>> = {
  'compactor.deletion_mode': 'limits_config.deletion_mode',
  'querier.query_timeout': 'limits_config.query_timeout',
  'query_range.split_queries_by_interval': 'limits_config.split_queries_by_interval',
  'chunk_store_config.max_look_back_period': 'limits_config.max_query_lookback',
  'limits_config.per_tenant_override_config': 'runtime_config.file',
  'limits_config.per_tenant_override_period': 'runtime_config.period',
};

/**
 * Sets `limits_config.retention_period` from the table manager's, when that one deletes and nothing newer is said:
 * in Loki the table manager drops whole tables, here there is one retention.
 */
export function tableRetention(values: Map<string, unknown>): void {
  const period = values.get('table_manager.retention_period');
  if (values.get('table_manager.retention_deletes_enabled') !== true || typeof period !== 'number' || period <= 0)
    return;
  if (!values.has('limits_config.retention_period')) values.set('limits_config.retention_period', period);
}
