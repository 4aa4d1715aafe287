import assert from 'node:assert/strict';
import type { TransformerName } from '../../../src/core/masking/transformers.ts';
import type { LogicalType } from '../../../src/core/schema/logical-type.ts';
import type { Cell } from '../../../src/core/values/cell.ts';
import {
  BIGINT,
  BYTES,
  column,
  DATE,
  INTEGER,
  JSONB,
  maskOf,
  planFor,
  table,
  TEXT,
  TIMESTAMPTZ,
  UUID,
  varchar,
} from './tables.ts';

/** Names of text columns in a table that says nothing, by what they must be masked with. Several languages, several spellings. */
const NAMES: Readonly<Partial<Record<TransformerName, string>>> = {
  email:
    'email, E-Mail, userEmail, email_address, billing_email, correo_electronico, adresse_mail, courriel, kontakt-email, mail, ' +
    'contactEmailAddress, e_mail_privat, EMAIL1, indirizzo email, useremail, e-mailadres, recoveryEmail',
  phone:
    'phone, telefon, mobile_number, Telefonnummer, handy, celular, fax, home_phone, téléphone, numero_telephone, whatsapp, ' +
    'telefono_movil, phoneNumber2, tel, faxnummer, telemóvel, cell_phone',
  'first-name':
    'first_name, firstName, vorname, prénom, primer_nombre, voornaam, given_name, middle_name, primeiro_nome, FNAME, förnamn, imię',
  'last-name':
    'last_name, nachname, surname, apellidos, cognome, achternaam, sobrenome, nom_de_famille, geburtsname, maiden_name, familyName, efternamn',
  'full-name':
    'full_name, display_name, customer_name, guardian_name, nom_complet, nombre_completo, emergency_contact_name, kundenname, ' +
    'card_holder_name, created_by, ansprechpartner, nome_completo, volledige_naam, nom_client',
  username:
    'username, login, nickname, benutzername, nombre_usuario, nom_utilisateur, gebruikersnaam, twitter_handle, screenName, nome_utente',
  'street-address':
    'address, street, strasse, Straße, rue, calle, indirizzo, adresse, billing_address, address_line_1, hausnummer, endereço, straat, ' +
    'direccion, AddressLine2, wohnadresse, addr',
  'postal-code':
    'zip, plz, postal_code, code_postal, codigo_postal, cap, postcode, postleitzahl, billing_zip, PostalCode, cep, postnummer',
  city: 'city, ort, wohnort, ville, ciudad, citta, stad, woonplaats, birth_place, cidade, geburtsort, billingCity',
  region: 'province, bundesland, region, canton, departement, provincia',
  country: 'country, land, pays, país, billing_country, paese',
  company:
    'company, firma, empresa, entreprise, azienda, employer, company_name, organisation, raison_sociale, bedrijfsnaam, firmenname',
  url: 'website, avatar_url, photo, file_path, storage_path, bild, linkedin_url, homepage, profile_picture, file_name, storageKey, dateiname',
  ip: 'ip, ip_address, last_sign_in_ip, remote_addr, adresse_ip, mac_address, clientIp',
  digits:
    'ssn, iban, passport_number, steuernummer, tax_id, dni, cpf, credit_card_number, numero_securite_sociale, codice_fiscale, bsn, ' +
    'kontonummer, license_plate, sozialversicherungsnummer, account_number, nif, versicherungsnummer',
  null:
    'password, password_hash, api_key, refresh_token, reset_password_token, encrypted_password, passwort, contraseña, mot_de_passe, ' +
    'otp_secret, stripe_secret_key, confirmation_token, salt, wachtwoord, privateKey',
  'date-shift':
    'birthday, date_of_birth, geburtsdatum, fecha_nacimiento, date_naissance, dob, data_di_nascita, geboortedatum, birthDate',
  redact:
    'gender, religion, geschlecht, nationality, marital_status, blood_type, diagnosis, allergies, sexe, estado_civil, familienstand',
  text:
    'notes, description, bio, message, body, bemerkung, comentario, title, user_agent, foo, xyz, product_name, name, plan_name, ' +
    'income, age, status, type, 名前, 📱',
  key: 'sku, external_id, stripe_customer_id, slug, order_number, code',
};

function classified(
  name: string,
  type: LogicalType = TEXT,
  options: {
    readonly in?: string;
    readonly values?: readonly Cell[];
    readonly unclassified?: 'mask' | 'keep';
  } = {},
): TransformerName {
  const tableName = options.in ?? 'stuff';
  const samples = options.values ? { [tableName]: options.values.map((value) => [value]) } : {};
  const plan = planFor(table(tableName, [column(name, type)]), {
    samples,
    unclassified: options.unclassified ?? 'mask',
  });
  return maskOf(plan, tableName, name).transformer;
}

describe('classification by name', () => {
  for (const [transformer, names] of Object.entries(NAMES)) {
    it(`${transformer}: ${names}`, () => {
      const others = names.split(', ').filter((name) => classified(name) !== transformer);
      assert.deepEqual(others, []);
    });
  }

  it('knows more than two hundred names', () => {
    const names = Object.values(NAMES).flatMap((list) => list.split(', '));
    assert.ok(new Set(names).size > 200, String(names.length));
  });

  it('takes the name of a table into account', () => {
    const cases: readonly (readonly [string, string, TransformerName])[] = [
      ['users', 'name', 'full-name'],
      ['club_members', 'name', 'full-name'],
      ['guardian', 'name', 'full-name'],
      ['Kunden', 'Name', 'full-name'],
      ['clientes', 'nombre', 'full-name'],
      ['utilisateurs', 'nom', 'full-name'],
      ['companies', 'name', 'company'],
      ['cities', 'name', 'city'],
      ['products', 'name', 'text'],
      ['user_roles', 'name', 'text'],
      ['profiles', 'slug', 'username'],
      ['articles', 'slug', 'key'],
    ];
    for (const [tableName, name, expected] of cases) {
      assert.equal(classified(name, TEXT, { in: tableName }), expected, `${tableName}.${name}`);
    }
  });

  it('takes "state" for a region beside an address, and for a status elsewhere', () => {
    const values = [
      ['CA', 'Ada Street'],
      ['NY', null],
    ];
    const addresses = planFor(table('addresses', ['state', 'street']), { samples: { addresses: values } });
    assert.equal(maskOf(addresses, 'addresses', 'state').transformer, 'region');
    assert.equal(classified('state', TEXT, { values: ['open', 'closed', 'open'] }), 'keep');
  });

  it('reads comments and domains where the name says nothing', () => {
    const plan = planFor(
      table('stuff', [
        column('a', TEXT, { comment: 'E-mail address of the contact' }),
        column('b', INTEGER, { comment: 'PII: number of the identity card' }),
        column('c', TEXT, { domain: 'phone_number' }),
        column('d', INTEGER, { comment: 'number of phone calls' }),
        column('status', TEXT, { comment: 'données personnelles' }),
      ]),
      { samples: { stuff: [['x@y.test', 1n, '+49 30 123456', 2n, 'open']] } },
    );
    const transformers = ['a', 'b', 'c', 'd', 'status'].map(
      (name) => maskOf(plan, 'stuff', name).transformer,
    );
    assert.deepEqual(transformers, ['email', 'digits', 'phone', 'keep', 'text']);
  });
});

describe('classification by type', () => {
  const range: LogicalType = { kind: 'opaque', name: 'tstzrange' };
  const CASES: readonly (readonly [string, LogicalType, TransformerName])[] = [
    ['id', BIGINT, 'keep'],
    ['user_id', UUID, 'keep'],
    ['email_count', INTEGER, 'keep'],
    ['phone_id', BIGINT, 'keep'],
    ['phone', BIGINT, 'phone'],
    ['home_phone_number', { kind: 'numeric' }, 'phone'],
    ['ssn', INTEGER, 'digits'],
    ['plz', INTEGER, 'postal-code'],
    ['zip', INTEGER, 'postal-code'],
    ['cap', INTEGER, 'keep'],
    ['salary', { kind: 'numeric' }, 'number-noise'],
    ['gehalt', { kind: 'float', bits: 64 }, 'number-noise'],
    ['birth_year', INTEGER, 'number-noise'],
    ['age', INTEGER, 'number-noise'],
    ['latitude', { kind: 'float', bits: 64 }, 'number-noise'],
    ['lng', { kind: 'numeric' }, 'number-noise'],
    ['pin', INTEGER, 'digits'],
    ['token_count', INTEGER, 'keep'],
    ['date_of_birth', DATE, 'date-shift'],
    ['geburtstag', TIMESTAMPTZ, 'date-shift'],
    ['created_at', TIMESTAMPTZ, 'keep'],
    ['birth_date_verified_at', TIMESTAMPTZ, 'keep'],
    ['password_changed_at', TIMESTAMPTZ, 'keep'],
    ['email_confirmed', { kind: 'boolean' }, 'keep'],
    ['gender', { kind: 'enum', name: 'gender', values: ['f', 'm', 'x'] }, 'keep'],
    ['opens_at', { kind: 'time', zone: false }, 'keep'],
    ['duration', { kind: 'interval' }, 'keep'],
    ['invite_token', UUID, 'uuid'],
    ['session_id', UUID, 'keep'],
    ['seen_from', { kind: 'network', form: 'inet' }, 'ip'],
    ['allowed', { kind: 'network', form: 'cidr' }, 'ip'],
    ['metadata', JSONB, 'json'],
    ['credentials', JSONB, 'null'],
    ['thumbnail', BYTES, 'null'],
    ['search', { kind: 'opaque', name: 'tsvector' }, 'null'],
    ['embedding', { kind: 'opaque', name: 'vector' }, 'null'],
    ['extra', { kind: 'opaque', name: 'hstore' }, 'null'],
    ['document', { kind: 'opaque', name: 'xml' }, 'null'],
    ['home', { kind: 'opaque', name: 'address_type' }, 'null'],
    ['period', range, 'keep'],
    ['flags', { kind: 'opaque', name: 'varbit' }, 'keep'],
    ['tags', { kind: 'array', element: TEXT }, 'text'],
    ['emails', { kind: 'array', element: varchar(80) }, 'email'],
    ['guardian_phone', { kind: 'array', element: TEXT }, 'phone'],
    ['addresses_seen', { kind: 'array', element: { kind: 'network', form: 'inet' } }, 'ip'],
    ['scores', { kind: 'array', element: INTEGER }, 'keep'],
    ['periods', { kind: 'array', element: range }, 'keep'],
    ['embeddings', { kind: 'array', element: { kind: 'opaque', name: 'vector' } }, 'null'],
    ['events', { kind: 'array', element: JSONB }, 'json'],
    ['handle', { kind: 'text', caseInsensitive: true }, 'username'],
    ['initials', { kind: 'text', maxLength: 3, padded: true }, 'text'],
  ];
  for (const [name, type, expected] of CASES) {
    const shown = type.kind === 'opaque' ? type.name : type.kind;
    it(`${name} ${shown} is masked with ${expected}`, () => assert.equal(classified(name, type), expected));
  }

  it('gives what must not be NULL a constant instead', () => {
    const required = { nullable: false };
    const plan = planFor(
      table('stuff', [
        column('password', TEXT, required),
        column('picture', BYTES, required),
        column('search', { kind: 'opaque', name: 'tsvector' }, required),
        column('credentials', JSONB, required),
      ]),
    );
    for (const { transformer } of plan.tables.get('stuff')!.columns) assert.equal(transformer, 'redact');
  });
});

describe('classification by values', () => {
  const CASES: readonly (readonly [string, readonly Cell[], TransformerName])[] = [
    ['values that look like e-mail addresses', ['a@x.test', 'b.c@y.test', null], 'email'],
    ['web addresses', ['https://a.test/x', 'http://b.test'], 'url'],
    ['telephone numbers', ['+49 30 123456', '(555) 123-4567'], 'phone'],
    ['IP addresses', ['10.0.0.1', '2a00:1450::200e'], 'ip'],
    ['account numbers', ['DE89 3704 0044 0532 0130 00', 'GB82WEST12345698765432'], 'digits'],
    ['card numbers', ['4111 1111 1111 1111', '5500005555555559'], 'digits'],
    ['numbers with a wrong check digit', ['DE89370400440532013001', '4111 1111 1111 1112'], 'text'],
    ['documents', ['{"a": 1}', '[]'], 'json'],
    ['dates', ['2024-01-02', '2024-01-03T10:00:00Z'], 'date-shift'],
    ['UUIDs', ['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'], 'uuid'],
    ['one e-mail address among other text', ['hello', 'write to ada@x.test', 'good bye'], 'text'],
    ['ordinary text', ['hello', 'good bye'], 'text'],
  ];
  for (const [what, values, expected] of CASES) {
    it(`${what}: ${expected}`, () => assert.equal(classified('whatever', TEXT, { values }), expected));
  }

  it('keeps columns that are known to be safe, if their values are codes', () => {
    for (const name of [
      'status',
      'order_type',
      'currency',
      'locale',
      'role',
      'Kategorie',
      'idioma',
      'event_type',
    ]) {
      assert.equal(classified(name, TEXT, { values: ['a-b', 'c', 'a-b', null] }), 'keep', name);
      assert.equal(classified(name), 'text', `${name} without values`);
    }
    const media = [
      'application/pdf',
      'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    ];
    assert.equal(classified('mime_type', TEXT, { values: media }), 'keep');
    assert.equal(classified('country_code', TEXT, { values: ['DE', 'FR'] }), 'keep');
    assert.equal(classified('country', TEXT, { values: ['DE', 'United Kingdom'] }), 'country');
  });

  it('masks them when one value is something else', () => {
    assert.equal(classified('status', TEXT, { values: ['open', 'closed', 'ask ada@x.test'] }), 'text');
    assert.equal(classified('type', TEXT, { values: ['a', 'b', '+49 30 123456'] }), 'text');
    const different = Array.from({ length: 40 }, (_, index) => `Label ${index}`);
    assert.equal(classified('type', TEXT, { values: different }), 'text');
    assert.equal(
      classified('status', TEXT, { values: ['a sentence that somebody wrote, long enough to be no code'] }),
      'text',
    );
  });

  it('does not take a name for what its values are not', () => {
    assert.equal(classified('email', TEXT, { values: ['yes', 'no'] }), 'text');
    assert.equal(classified('phone', TEXT, { values: ['a@x.test'] }), 'email');
    assert.equal(classified('storage_path', TEXT, { values: ['camps/1/Plan for May (2).pdf'] }), 'url');
    assert.equal(classified('image', TEXT, { values: ['a large house by the sea'] }), 'text');
  });

  it('keeps text keys that are random identifiers, and masks other keys', () => {
    const uuids = ['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12'];
    assert.equal(classified('external_id', TEXT, { values: uuids }), 'keep');
    assert.equal(classified('external_id', TEXT, { values: ['01HX5Z3QK4T8V9W2Y6N7M1P0RS'] }), 'keep');
    assert.equal(classified('external_id', TEXT, { values: ['ada-lovelace', 'grace-hopper'] }), 'key');
  });

  it('keeps text whose values a check lists', () => {
    const lists = [
      "status = ANY (ARRAY['open'::text, 'it''s done'::text])",
      "(status)::text = ANY ((ARRAY['open'::character varying, 'done'::character varying])::text[])",
      "status = 'open'::text OR status = 'done'::text OR status IS NULL",
      `"status" = 'open'::bpchar`,
    ];
    const others = [
      'length(status) > 3',
      "status <> 'open'::text",
      "status = 'open'::text AND notes = 'x'::text",
      "status ~ '^[a-z]+$'::text",
      'status = other',
      "other = ANY (ARRAY['a'::text])",
      "lower(status) = 'open'::text",
    ];
    const verdict = (expression: string): string => {
      const source = table('stuff', ['status', 'other', 'notes'], { checks: [{ name: 'c', expression }] });
      return maskOf(planFor(source), 'stuff', 'status').transformer;
    };
    for (const expression of lists) assert.equal(verdict(expression), 'keep', expression);
    for (const expression of others) assert.equal(verdict(expression), 'text', expression);
  });

  it('with unclassified columns kept, masks what a name or a value says, and nothing else', () => {
    const keep = { unclassified: 'keep' } as const;
    assert.equal(classified('whatever', TEXT, { ...keep, values: ['hello'] }), 'keep');
    assert.equal(classified('description', TEXT, keep), 'keep');
    assert.equal(classified('metadata', JSONB, { ...keep, values: ['{"a": "b"}'] }), 'keep');
    assert.equal(classified('payload', BYTES, keep), 'keep');
    assert.equal(classified('email', TEXT, keep), 'email');
    assert.equal(classified('whatever', TEXT, { ...keep, values: ['hello', 'ask ada@x.test'] }), 'text');
    assert.equal(classified('metadata', JSONB, { ...keep, values: ['{"a": ["x", "ada@x.test"]}'] }), 'json');
    assert.equal(
      classified('tags', { kind: 'array', element: TEXT }, { ...keep, values: ['["a","+49 30 123456"]'] }),
      'phone',
    );
    assert.equal(classified('photo', BYTES, keep), 'null');
  });
});
