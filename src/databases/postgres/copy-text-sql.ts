/**
 * A cell as COPY prints it, which a cast to text does not for some types: it spells booleans out, adds `/32` to an inet,
 * cuts the padding off a char(n). Null where the cell is; a composite of nulls is not, though `is null` says so.
 */
export function copyTextSql(cell: string): string {
  return `case pg_catalog.num_nulls(${cell}) when 0 then pg_catalog.concat(${cell}) end`;
}
