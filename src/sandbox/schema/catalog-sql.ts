/**
 * The catalog as one JSON document. `$1` holds the exposed schemas. It must run with an empty search path, so that
 * type names outside pg_catalog come with their schema.
 */
export const CATALOG_SQL = `
with recursive exposed as (
  select oid from pg_namespace where nspname = any($1::text[])
), underlying(oid, base) as (
  select oid, oid from pg_type where typtype <> 'd'
  union all
  select d.oid, u.base from pg_type d join underlying u on d.typbasetype = u.oid where d.typtype = 'd'
), relation as (
  select c.oid, n.nspname, c.relname, c.relkind, c.relnamespace in (select oid from exposed) as exposed,
    case when c.relkind in ('v', 'f') then pg_relation_is_updatable(c.oid, true) else 0 end as events
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition
    and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast') and not pg_is_other_temp_schema(n.oid)
)
select json_build_object(
  'tables', (select coalesce(json_agg(json_build_object(
      'oid', r.oid::text, 'schema', r.nspname, 'name', r.relname, 'exposed', r.exposed,
      'description', obj_description(r.oid, 'pg_class'),
      'isView', r.relkind in ('v', 'm'),
      'insertable', r.relkind in ('r', 'p') or r.events & 8 = 8,
      'updatable', r.relkind in ('r', 'p') or r.events & 4 = 4,
      'deletable', r.relkind in ('r', 'p') or r.events & 16 = 16,
      'columns', (select coalesce(json_agg(json_build_object(
          'number', a.attnum, 'name', a.attname, 'description', col_description(a.attrelid, a.attnum),
          'nullable', not (a.attnotnull or t.typtype = 'd' and t.typnotnull),
          'type', case when t.typtype = 'd' and b.typnamespace = 'pg_catalog'::regnamespace then format_type(b.oid, null)
            when t.typtype <> 'd' and t.typnamespace = 'pg_catalog'::regnamespace then format_type(t.oid, null)
            else format_type(a.atttypid, a.atttypmod) end,
          'declaredType', format_type(a.atttypid, a.atttypmod),
          'maxLength', information_schema._pg_char_max_length(
            information_schema._pg_truetypid(a.*, t.*), information_schema._pg_truetypmod(a.*, t.*)),
          'defaultExpression', case
            when t.typtype = 'd' and d.adbin is null then pg_get_expr(t.typdefaultbin, 0)
            when a.attidentity = 'd' then (
              select format('nextval(%L)', s.objid::regclass) from pg_depend s
              where s.classid = 'pg_class'::regclass and s.refobjid = a.attrelid and s.refobjsubid = a.attnum and s.deptype = 'i')
            when a.attgenerated <> '' then null
            else pg_get_expr(d.adbin, d.adrelid) end,
          'labels', (select coalesce(json_agg(e.enumlabel order by e.enumsortorder), '[]')
            from pg_enum e where e.enumtypid = b.oid)
        ) order by a.attnum), '[]')
        from pg_attribute a join pg_type t on t.oid = a.atttypid
          left join underlying u on u.oid = t.oid left join pg_type b on b.oid = u.base
          left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped)
    ) order by r.nspname, r.relname), '[]') from relation r),
  'keys', (select coalesce(json_agg(json_build_object(
      'table', k.conrelid::text, 'kind', k.contype, 'name', k.conname, 'columns', k.conkey)), '[]')
    from pg_constraint k join relation r on r.oid = k.conrelid where k.contype in ('p', 'u')),
  'foreignKeys', (select coalesce(json_agg(json_build_object(
      'table', k.conrelid::text, 'name', k.conname, 'columns', k.conkey,
      'foreignTable', k.confrelid::text, 'foreignColumns', k.confkey)), '[]')
    from pg_constraint k where k.contype = 'f' and k.conparentid = 0
      and k.conrelid in (select oid from relation) and k.confrelid in (select oid from relation)),
  'views', (select coalesce(json_agg(json_build_object('table', r.oid::text, 'query', w.ev_action::text)), '[]')
    from relation r join pg_rewrite w on w.ev_class = r.oid and w.ev_type = '1' where r.relkind in ('v', 'm')),
  'routines', (select coalesce(json_agg(json_build_object(
      'oid', p.oid::text, 'schema', n.nspname, 'name', p.proname, 'description', obj_description(p.oid, 'pg_proc'),
      'parameters', a.parameters, 'volatility', p.provolatile, 'returnsSet', p.proretset,
      'returnsRows', b.typtype = 'c' or coalesce(p.proargmodes::text[] && '{t,b,o}', false),
      'resultSchema', bn.nspname, 'resultName', coalesce(bc.relname, b.typname),
      'settings', coalesce(p.proconfig, '{}')
    )), '[]')
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      left join underlying u on u.oid = p.prorettype
      join pg_type b on b.oid = coalesce(u.base, p.prorettype)
      join pg_namespace bn on bn.oid = b.typnamespace left join pg_class bc on bc.oid = b.typrelid
      cross join lateral (
        select coalesce(json_agg(json_build_object(
            'name', coalesce(i.name, ''), 'type', format_type(i.type, null),
            'wideType', case i.type when 'bit'::regtype then 'bit varying' when 'bit[]'::regtype then 'bit varying[]'
              when 'character'::regtype then 'character varying' when 'character[]'::regtype then 'character varying[]'
              else format_type(i.type, null) end,
            'required', i.position <= p.pronargs - p.pronargdefaults,
            'variadic', coalesce(i.mode = 'v', false)
          ) order by i.position), '[]') as parameters,
          count(*) filter (where coalesce(i.name, '') = '') as unnamed,
          count(*) as total, min(i.type::oid::bigint) as only_type
        from (
          select row_number() over (order by m.position) as position, m.name, m.mode, m.type
          from unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]), p.proargnames, p.proargmodes::text[])
            with ordinality as m(type, name, mode, position)
          where coalesce(m.mode, 'i') in ('i', 'b', 'v')
        ) i
      ) a
    where p.pronamespace in (select oid from exposed) and p.prokind = 'f'
      and p.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)
      and (a.unnamed = 0 or a.total = 1 and a.only_type in (
        'bytea'::regtype::oid, 'json'::regtype::oid, 'jsonb'::regtype::oid, 'text'::regtype::oid, 'xml'::regtype::oid))),
  'timezones', (select coalesce(json_agg(name), '[]') from pg_timezone_names),
  'roleSettings', (select coalesce(json_agg(json_build_object('role', r.rolname, 'settings', r.rolconfig)), '[]')
    from pg_auth_members m join pg_roles r on r.oid = m.roleid
    where m.member = (select oid from pg_roles where rolname = 'authenticator') and r.rolconfig is not null),
  'settable', (select json_agg(name) from pg_settings where context = 'user')
)::text as catalog`;

/** What {@link CATALOG_SQL} gives. */
export interface Catalog {
  readonly tables: readonly CatalogTable[];
  readonly keys: readonly {
    readonly table: string;
    readonly kind: 'p' | 'u';
    readonly name: string;
    readonly columns: readonly number[];
  }[];
  readonly foreignKeys: readonly CatalogForeignKey[];
  readonly views: readonly { readonly table: string; readonly query: string }[];
  readonly routines: readonly CatalogRoutine[];
  readonly timezones: readonly string[];
  readonly roleSettings: readonly { readonly role: string; readonly settings: readonly string[] }[];
  readonly settable: readonly string[];
}

export interface CatalogTable {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  readonly exposed: boolean;
  readonly description: string | null;
  readonly isView: boolean;
  readonly insertable: boolean;
  readonly updatable: boolean;
  readonly deletable: boolean;
  readonly columns: readonly {
    readonly number: number;
    readonly name: string;
    readonly description: string | null;
    readonly nullable: boolean;
    readonly type: string;
    readonly declaredType: string;
    readonly maxLength: number | null;
    readonly defaultExpression: string | null;
    readonly labels: readonly string[];
  }[];
}

export interface CatalogForeignKey {
  readonly table: string;
  readonly name: string;
  readonly columns: readonly number[];
  readonly foreignTable: string;
  readonly foreignColumns: readonly number[];
}

export interface CatalogRoutine {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  readonly description: string | null;
  readonly parameters: readonly {
    readonly name: string;
    readonly type: string;
    readonly wideType: string;
    readonly required: boolean;
    readonly variadic: boolean;
  }[];
  readonly volatility: 'i' | 's' | 'v';
  readonly returnsSet: boolean;
  readonly returnsRows: boolean;
  readonly resultSchema: string;
  readonly resultName: string;
  readonly settings: readonly string[];
}
