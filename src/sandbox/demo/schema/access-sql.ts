/**
 * Grants as a Supabase project has them by default (everything to every API role; row level security decides), and
 * the policies. `message_reads` is left without row level security, as somebody always forgets one table.
 */
export const accessSql = `
CREATE FUNCTION public.current_member_id() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT u.id FROM public.users u
  WHERE u.auth_user_id = (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid
$$;

GRANT USAGE ON SCHEMA public TO anon, authenticated, service_role;
GRANT ALL ON ALL TABLES IN SCHEMA public TO anon, authenticated, service_role;
GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO anon, authenticated, service_role;
GRANT ALL ON ALL ROUTINES IN SCHEMA public TO anon, authenticated, service_role;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO anon, authenticated, service_role;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON SEQUENCES TO anon, authenticated, service_role;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON ROUTINES TO anon, authenticated, service_role;

ALTER TABLE public.sections ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.users ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.newsletter_subscriptions ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.section_memberships ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.activities ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.activity_participants ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.documents ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.messages ENABLE ROW LEVEL SECURITY;
ALTER TABLE public."Badge Awards" ENABLE ROW LEVEL SECURITY;
ALTER TABLE public."order" ENABLE ROW LEVEL SECURITY;

CREATE POLICY "anyone sees sections" ON public.sections FOR SELECT TO anon, authenticated USING (true);
CREATE POLICY "anyone sees public activities" ON public.activities FOR SELECT TO anon USING (is_public);
CREATE POLICY "members see activities" ON public.activities FOR SELECT TO authenticated USING (true);
CREATE POLICY "members see themselves" ON public.users FOR SELECT TO authenticated
  USING (id = (SELECT public.current_member_id()));
CREATE POLICY "members change themselves" ON public.users FOR UPDATE TO authenticated
  USING (id = (SELECT public.current_member_id()))
  WITH CHECK (id = (SELECT public.current_member_id()));
CREATE POLICY "members see their documents" ON public.documents FOR SELECT TO authenticated
  USING (uploaded_by = (SELECT public.current_member_id()));
CREATE POLICY "members see their messages" ON public.messages FOR SELECT TO authenticated
  USING (sender_id = (SELECT public.current_member_id()));
CREATE POLICY "members write as themselves" ON public.messages FOR INSERT TO authenticated
  WITH CHECK (sender_id = (SELECT public.current_member_id()));
CREATE POLICY "members see awards" ON public."Badge Awards" FOR SELECT TO authenticated USING (true);
`;
