/** Indexes, comments, the view and the triggers. */
export const indexesAndCodeSql = `
CREATE UNIQUE INDEX users_email_lower_idx ON public.users (lower(email));
CREATE INDEX users_name_idx ON public.users (last_name, first_name DESC);
CREATE INDEX users_active_section_idx ON public.users (section_id) WHERE is_active;
CREATE INDEX users_preferences_idx ON public.users USING gin (preferences);
CREATE INDEX activities_starts_at_idx ON public.activities (starts_at DESC, id);
CREATE INDEX activities_tags_idx ON public.activities USING gin (tags);
CREATE UNIQUE INDEX section_memberships_treasurer_idx ON public.section_memberships (section_id, user_id)
  WHERE duty = 'treasurer' AND until IS NULL;
CREATE INDEX activity_participants_user_idx ON public.activity_participants (user_id);
CREATE INDEX messages_search_idx ON public.messages USING gin (search);
CREATE INDEX messages_sent_at_idx ON public.messages (sent_at);
CREATE INDEX messages_replies_idx ON public.messages (reply_to) WHERE reply_to IS NOT NULL;
CREATE INDEX message_reads_message_idx ON public.message_reads (message_id, user_id);
CREATE INDEX "Badge Awards ""quo"" idx" ON public."Badge Awards" ("quo""te", "emoji 🙂");

COMMENT ON TABLE public.users IS 'Members, leaders and guardians. Holds personal data of minors.';
COMMENT ON COLUMN public.users.email IS 'Personal: e-mail address';
COMMENT ON COLUMN public.users.full_name IS 'Personal: name as the family writes it';
COMMENT ON COLUMN public.users.phone IS 'Personal: telephone';
COMMENT ON COLUMN public.users.street_address IS 'Personal: home address';
COMMENT ON COLUMN public.users.date_of_birth IS 'Personal: date of birth';
COMMENT ON COLUMN public.users.guardian_name IS 'Personal: a parent''s or other guardian''s name';
COMMENT ON COLUMN public.users.guardian_email IS 'Personal: guardian''s e-mail address';
COMMENT ON COLUMN public.users.guardian_phone IS 'Personal: guardian''s telephone';
COMMENT ON COLUMN public.users.password_hash IS 'Secret: bcrypt, from before Supabase Auth';
COMMENT ON COLUMN public.users.notes IS 'Personal: health, diet, anything leaders should know';
COMMENT ON COLUMN public.users.external_ref IS 'Number in the federation''s register; exceeds 2^53';
COMMENT ON COLUMN public.messages.ip IS 'Personal: address of the sender';
COMMENT ON COLUMN public."Badge Awards"."emoji 🙂" IS 'What to draw beside the badge';

CREATE VIEW public.section_overview WITH (security_invoker = true) AS
  SELECT s.id, s.name, u.full_name AS leader, count(m.user_id) AS members
  FROM public.sections s
  LEFT JOIN public.users u ON u.id = s.leader_id
  LEFT JOIN public.section_memberships m ON m.section_id = s.id AND m.until IS NULL
  GROUP BY s.id, s.name, u.full_name;

CREATE FUNCTION public.touch_updated_at() RETURNS trigger
LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  NEW.updated_at := now();
  RETURN NEW;
END
$$;
CREATE TRIGGER users_touch BEFORE UPDATE ON public.users
  FOR EACH ROW EXECUTE FUNCTION public.touch_updated_at();
CREATE TRIGGER activities_touch BEFORE UPDATE ON public.activities
  FOR EACH ROW EXECUTE FUNCTION public.touch_updated_at();
CREATE TRIGGER documents_touch BEFORE UPDATE ON public.documents
  FOR EACH ROW EXECUTE FUNCTION public.touch_updated_at();
`;
