/** A migration's file name as the Supabase CLI makes them: `20260301120000_syncline_kit.sql`, in UTC. */
export function migrationFileName(name: string, now: number): string {
  const stamp = new Date(now).toISOString().replace(/\D/g, '').slice(0, 14);
  return `${stamp}_${name}.sql`;
}
