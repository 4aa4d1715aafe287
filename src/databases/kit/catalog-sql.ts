import { managedSchemaCondition } from '../../core/schema/managed-schemas.ts';

/**
 * The whole catalog of the schemas `$1::text[]` (all but the managed ones when null) as one JSON document, which
 * `core/schema/catalog-document.ts` parses. One text serves both ways to a database: as a statement with one bound
 * parameter, and as the body of the kit's function `public.syncline_catalog(text[])`, whose first argument is `$1` too.
 *
 * It reads pg_catalog only, names every relation with its schema (a temporary table could shadow it otherwise), and works
 * on PostgreSQL 15 to 18. What later versions added (`conenforced`, `conperiod`) is read through to_jsonb.
 *
 * Left out: partitions (their parent has the rows), views, foreign tables, temporary tables, tables of an extension.
 */
export const CATALOG_SQL = `with recursive
chosen_tables as (
  select c.oid, n.nspname, c.relname, c.relkind, c.relrowsecurity, c.reltuples
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p')
    and not c.relispartition
    and c.relpersistence <> 't'
    and case
          when $1::text[] is null then not ${managedSchemaCondition('n.nspname')}
          else n.nspname::text = any ($1::text[])
        end
    and not exists (
      select from pg_catalog.pg_depend d
      where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid = c.oid and d.deptype = 'e'
    )
),
chosen_columns as (
  select a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.attidentity, a.attgenerated,
    pg_catalog.format_type(a.atttypid, a.atttypmod) as formatted,
    pg_catalog.pg_get_expr(ad.adbin, ad.adrelid) as expression,
    pg_catalog.col_description(a.attrelid, a.attnum) as comment
  from chosen_tables t
  join pg_catalog.pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
  left join pg_catalog.pg_attrdef ad on ad.adrelid = a.attrelid and ad.adnum = a.attnum
),
type_links as (
  select y.oid, y.typname, y.typtype, y.typnamespace, y.typnotnull, y.typtypmod, y.typdefault, y.typbasetype,
    e.oid as element
  from pg_catalog.pg_type y
  left join pg_catalog.pg_type e on e.typarray = y.oid
),
used_types as (
  select k.* from type_links k where k.oid in (select atttypid from chosen_columns)
  union
  select k.* from used_types u join type_links k on k.oid = u.element or k.oid = u.typbasetype
)
select pg_catalog.json_build_object(
  'format', 1,
  'serverVersion', pg_catalog.current_setting('server_version'),
  'types', (
    select coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'id', u.oid::text,
      'schema', n.nspname,
      'name', u.typname,
      'kind', u.typtype,
      'extension', exists (
        select from pg_catalog.pg_depend d
        where d.classid = 'pg_catalog.pg_type'::pg_catalog.regclass and d.objid = u.oid and d.deptype = 'e'
      ),
      'element', u.element::text,
      'base', case when u.typtype = 'd' then u.typbasetype::text end,
      'baseModifier', u.typtypmod,
      'notNull', u.typnotnull,
      'default', u.typdefault,
      'values', case when u.typtype = 'e' then (
        select pg_catalog.json_agg(v.enumlabel order by v.enumsortorder)
        from pg_catalog.pg_enum v where v.enumtypid = u.oid
      ) end,
      'checks', case when u.typtype = 'd' then (
        select pg_catalog.json_agg(pg_catalog.json_build_object(
          'name', k.conname,
          'expression', pg_catalog.pg_get_expr(k.conbin, 0),
          'notValid', not k.convalidated
        ) order by k.conname collate "C")
        from pg_catalog.pg_constraint k where k.contypid = u.oid and k.contype = 'c'
      ) end
    ) order by u.oid), '[]')
    from used_types u
    join pg_catalog.pg_namespace n on n.oid = u.typnamespace
  ),
  'tables', (
    select coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'schema', t.nspname,
      'name', t.relname,
      'comment', pg_catalog.obj_description(t.oid, 'pg_class'),
      'rowSecurity', t.relrowsecurity,
      'estimatedRows', case
        when t.reltuples >= 0 then t.reltuples::bigint
        when t.relkind = 'p' then (
          select sum(leaf.reltuples)::bigint
          from pg_catalog.pg_partition_tree(t.oid) tree
          join pg_catalog.pg_class leaf on leaf.oid = tree.relid
          where tree.isleaf and leaf.reltuples >= 0
        )
      end,
      'columns', (
        select coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
          'name', a.attname,
          'type', a.atttypid::text,
          'modifier', a.atttypmod,
          'formatted', a.formatted,
          'notNull', a.attnotnull,
          'default', case when a.attgenerated = '' then a.expression end,
          'generated', case when a.attgenerated <> '' then a.expression end,
          'identity', a.attidentity,
          'comment', a.comment
        ) order by a.attnum), '[]')
        from chosen_columns a where a.attrelid = t.oid
      ),
      'keys', (
        select coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
          'kind', k.contype,
          'name', k.conname,
          'columns', (
            select pg_catalog.json_agg(a.attname order by p.position)
            from pg_catalog.unnest(k.conkey) with ordinality as p(attnum, position)
            join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = p.attnum
          ),
          'nullsNotDistinct', i.indnullsnotdistinct
        ) order by k.conname collate "C"), '[]')
        from pg_catalog.pg_constraint k
        join pg_catalog.pg_index i on i.indexrelid = k.conindid
        where k.conrelid = t.oid and k.contype in ('p', 'u')
      ),
      'checks', (
        select coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
          'name', k.conname,
          'expression', pg_catalog.pg_get_expr(k.conbin, k.conrelid),
          'notValid', not k.convalidated or coalesce(pg_catalog.to_jsonb(k) ->> 'conenforced', 'true') = 'false'
        ) order by k.conname collate "C"), '[]')
        from pg_catalog.pg_constraint k
        where k.conrelid = t.oid and k.contype = 'c'
      ),
      'foreignKeys', (
        select coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
          'name', k.conname,
          'columns', (
            select pg_catalog.json_agg(a.attname order by p.position)
            from pg_catalog.unnest(k.conkey) with ordinality as p(attnum, position)
            join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = p.attnum
          ),
          'schema', fn.nspname,
          'table', f.relname,
          'referenced', (
            select pg_catalog.json_agg(a.attname order by p.position)
            from pg_catalog.unnest(k.confkey) with ordinality as p(attnum, position)
            join pg_catalog.pg_attribute a on a.attrelid = k.confrelid and a.attnum = p.attnum
          ),
          'onDelete', k.confdeltype,
          'onUpdate', k.confupdtype,
          'notValid', not k.convalidated or coalesce(pg_catalog.to_jsonb(k) ->> 'conenforced', 'true') = 'false'
        ) order by k.conname collate "C"), '[]')
        from pg_catalog.pg_constraint k
        join pg_catalog.pg_class f on f.oid = k.confrelid
        join pg_catalog.pg_namespace fn on fn.oid = f.relnamespace
        where k.conrelid = t.oid and k.contype = 'f' and k.conparentid = 0
          and coalesce(pg_catalog.to_jsonb(k) ->> 'conperiod', 'false') = 'false'
      ),
      'indexes', (
        select coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
          'name', x.relname,
          'unique', i.indisunique,
          'method', m.amname,
          'keys', (
            select pg_catalog.json_agg(pg_catalog.json_build_object(
              'column', a.attname,
              'expression', case when p.attnum = 0 then pg_catalog.pg_get_indexdef(i.indexrelid, p.position::int, false) end,
              'descending', (p.option & 1) = 1
            ) order by p.position)
            from rows from (
              pg_catalog.unnest(i.indkey::int2[]), pg_catalog.unnest(i.indoption::int2[])
            ) with ordinality as p(attnum, option, position)
            left join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = p.attnum and p.attnum <> 0
            where p.position <= i.indnkeyatts
          ),
          'predicate', pg_catalog.pg_get_expr(i.indpred, i.indrelid)
        ) order by x.relname collate "C"), '[]')
        from pg_catalog.pg_index i
        join pg_catalog.pg_class x on x.oid = i.indexrelid
        join pg_catalog.pg_am m on m.oid = x.relam
        where i.indrelid = t.oid and i.indisvalid and i.indisready
          and not exists (
            select from pg_catalog.pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x')
          )
      )
    ) order by t.nspname collate "C", t.relname collate "C"), '[]')
    from chosen_tables t
  )
) as catalog`;
