/**
 * The statement that makes these settings for the current transaction, so that nothing is left behind on a pooler's
 * connection. Names that a server does not know yet are passed over. Names and values are ours, never data.
 */
export function applySettingsSql(settings: Readonly<Record<string, string>>): string {
  const values = Object.entries(settings).map(([name, value]) => `('${name}', '${value}')`);
  return `select pg_catalog.count(pg_catalog.set_config(s.name, v.value, true))
from (values ${values.join(', ')}) as v(name, value)
join pg_catalog.pg_settings s on s.name = v.name`;
}
