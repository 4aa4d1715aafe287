/** What the name of a column says about its values. */
export type NameClass =
  | 'email'
  | 'phone'
  | 'full-name'
  | 'first-name'
  | 'last-name'
  | 'username'
  | 'street-address'
  | 'postal-code'
  | 'city'
  | 'region'
  | 'country'
  | 'company'
  | 'url'
  | 'ip'
  | 'identity-number'
  | 'secret'
  | 'birth-date'
  | 'birth-year'
  | 'age'
  | 'income'
  | 'latitude'
  | 'longitude'
  | 'special-category'
  | 'free-text'
  /** `name` alone: whose it is decides. */
  | 'name'
  /** `state` alone: of an address, or of a process. */
  | 'state'
  | 'safe';

/**
 * Words and groups of words by what they mean, in English, German, French, Spanish, Italian, Dutch and Portuguese, some in
 * Swedish, Danish, Norwegian, Polish and Turkish. Without diacritics; a group stands for its words in this order, joined or not.
 */
const PHRASES: Readonly<Record<NameClass, string>> = {
  email:
    'email, e mail, mail, email address, mail address, email addr, emailadresse, mailadresse, mailadres, e post, epost, courriel, ' +
    'adresse email, adresse mail, adresse electronique, correo, correo electronico, posta elettronica, ' +
    'indirizzo email, emailadres, correio eletronico, endereco email, recovery email, eposta',
  phone:
    'phone, telephone, tel, telefon, telefono, telefone, telefoon, tlf, tfno, mobile, mobil, cell, cellphone, cellular, ' +
    'handy, movil, celular, cellulare, portable, telemovel, gsm, msisdn, fax, telefax, phone number, telephone number, ' +
    'mobile number, telefonnummer, handynummer, mobilnummer, rufnummer, faxnummer, telefoonnummer, whatsapp, numero telephone, ' +
    'numero telefono, numero telefone, numero de telephone, numero de telefono, landline, festnetz, komorka',
  'full-name':
    'full name, fullname, real name, display name, person name, contact name, customer name, user full name, legal name, ' +
    'account holder, card holder, cardholder, card holder name, beneficiary, payee, vollname, ganzer name, kontoinhaber, ' +
    'ansprechpartner, nom complet, nom prenom, nombre completo, nome completo, nombre y apellidos, volledige naam, ' +
    'imie nazwisko, author, autor, auteur, autore, composer, contact person, contact, kontaktperson, recipient, sender name, ' +
    'guardian, erziehungsberechtigter, tutor, patient, passenger, traveller, attendee, assignee, signatory, signed by, ' +
    'created by, updated by, modified by, approved by, uploaded by, invited by, deleted by, owner, next of kin, ' +
    'emergency contact, salesperson, sales rep, driver, teacher, doctor, witness, spouse',
  'first-name':
    'first name, firstname, given name, givenname, forename, fname, middle name, middlename, preferred name, vorname, ' +
    'rufname, zweitname, prenom, primer nombre, segundo nombre, nombre de pila, nome proprio, primeiro nome, voornaam, ' +
    'fornamn, fornavn, imie, name first, christian name, tussenvoegsel',
  'last-name':
    'last name, lastname, surname, family name, familyname, lname, sname, maiden name, birth name, nachname, familienname, ' +
    'geburtsname, zuname, nom de famille, nom famille, nom de naissance, nom naissance, nom usage, apellido, apellidos, ' +
    'primer apellido, segundo apellido, cognome, sobrenome, apelido, achternaam, familienaam, efternamn, etternavn, ' +
    'efternavn, nazwisko, soyad, soyadi, name last, patronymic, mothers maiden name',
  username:
    'username, user name, login, login name, loginname, logon, handle, nick, nickname, nick name, screen name, screenname, ' +
    'benutzername, benutzer, anmeldename, spitzname, nom utilisateur, nom d utilisateur, identifiant, pseudo, pseudonyme, ' +
    'nombre usuario, nombre de usuario, usuario, apodo, nome utente, utente, soprannome, gebruikersnaam, bijnaam, ' +
    'nome usuario, nome de usuario, alias, twitter, instagram, facebook, linkedin, github, telegram, ' +
    'discord, skype, snapchat, tiktok, mastodon, user, uploader, social handle, gamertag',
  'street-address':
    'address, addr, adress, address line, street, street address, street name, street number, house number, line, ' +
    'adresse, anschrift, strasse, str, strassenname, hausnummer, hausnr, adresszusatz, wohnadresse, lieferadresse, ' +
    'rechnungsadresse, postanschrift, rue, voie, adresse postale, numero rue, complement adresse, calle, direccion, ' +
    'domicilio, via, indirizzo, indirizzo residenza, civico, numero civico, rua, endereco, morada, logradouro, bairro, ' +
    'complemento, straat, adres, huisnummer, straatnaam, woonadres, gata, gatuadress, vej, gate, ulica, adresi, ' +
    'apartment, apt, suite, building, po box, postfach, shipping address, billing address, mailing address, ' +
    'home address, residence',
  'postal-code':
    'zip, zipcode, zip code, postal code, postalcode, post code, postcode, postal, plz, postleitzahl, code postal, ' +
    'codepostal, cp, codigo postal, cap, codice postale, cep, codigo de postal, postnummer, postnr, kod pocztowy, pincode, ' +
    'pin code, eircode',
  city:
    'city, town, ort, stadt, wohnort, ortschaft, geburtsort, ville, commune, lieu naissance, lieu de naissance, ciudad, ' +
    'municipio, localidad, poblacion, lugar nacimiento, lugar de nacimiento, citta, comune, localita, luogo nascita, ' +
    'luogo di nascita, cidade, naturalidade, local nascimento, stad, plaats, woonplaats, gemeente, geboorteplaats, ' +
    'postort, miasto, sehir, birthplace, birth place, place of birth, birth city, hometown, home town, village, suburb, ' +
    'neighborhood, neighbourhood, borough, locality',
  region:
    'province, region, county, bundesland, kanton, canton, departement, provincia, regione, provincie, landkreis, ' +
    'prefecture, district, region name, state province, state code, bezirk, comunidad autonoma',
  country:
    'country, country code, countrycode, country name, land, pays, pais, paese, kraj, ulke, nation, landcode, laendercode, ' +
    'landerkurzel, code pays, codigo pais, codice paese',
  company:
    'company, company name, companyname, organization name, organisation name, organization, organisation, employer, ' +
    'business name, firm, firma, firmenname, unternehmen, arbeitgeber, verein, vereinsname, entreprise, societe, ' +
    'raison sociale, employeur, nom entreprise, nom de entreprise, empresa, razon social, nombre empresa, azienda, ditta, ' +
    'ragione sociale, nome azienda, razao social, nome empresa, bedrijf, bedrijfsnaam, werkgever, foretag, virksomhed, ' +
    'supplier, vendor, school, university, bank name, sirket',
  url:
    'url, uri, link, href, website, web site, homepage, home page, webseite, site web, sitio web, sito web, webpage, ' +
    'avatar, avatar url, photo, picture, image, img, bild, foto, portrait, profilbild, imagen, immagine, imagem, ' +
    'afbeelding, logo, icon, thumbnail, file, filename, file name, file path, filepath, path, storage path, storage key, ' +
    'object name, object key, object path, attachment, document path, dateiname, datei, dateipfad, fichier, nom fichier, ' +
    'nom de fichier, archivo, nombre archivo, nome file, arquivo, nome arquivo, bestand, bestandsnaam, s key, linkedin url, ' +
    'referer, referrer, callback, redirect uri, webhook, blog, signature image',
  ip:
    'ip, ip address, ip addr, ipaddress, ipaddr, remote ip, remote addr, client ip, last ip, sign in ip, ipv, ' +
    'ip adresse, adresse ip, direccion ip, indirizzo ip, endereco ip, ip adres, mac address, mac addr, macaddress, mac adresse',
  'identity-number':
    'ssn, social security, social security number, social insurance number, national id, national identifier, ' +
    'national insurance number, nino, nhs number, national number, tax id, tax number, taxid, tin, itin, ein, vat, vat id, ' +
    'vat number, passport, passport number, passport no, id card, id card number, identity card, identity number, ' +
    'drivers license, driver license, driving licence, driving license, license number, licence number, license plate, ' +
    'licence plate, number plate, vin, iban, bic, swift, bank account, account number, account no, routing number, sort code, ' +
    'card number, credit card, creditcard, credit card number, cc number, ccn, cvv, cvc, pan, insurance number, policy number, ' +
    'medical record number, mrn, patient number, member number, membership number, student number, imei, imsi, iccid, ' +
    'device id, advertising id, ausweisnummer, ausweis, personalausweis, personalausweisnummer, reisepass, reisepassnummer, ' +
    'steuernummer, steuer id, steueridnr, ust id, ustid, sozialversicherungsnummer, versicherungsnummer, ' +
    'krankenversicherungsnummer, kontonummer, kundennummer, kennzeichen, fuhrerscheinnummer, mitgliedsnummer, numero securite sociale, ' +
    'numero de securite sociale, nir, numero fiscal, siret, siren, passeport, numero passeport, carte identite, ' +
    'numero carte, dni, nif, nie, cif, rfc, curp, cuit, cuil, rut, numero seguridad social, pasaporte, tarjeta, ' +
    'numero tarjeta, numero cuenta, matricula, codice fiscale, partita iva, piva, carta identita, passaporto, targa, cpf, ' +
    'cnpj, rg, pis, passaporte, numero contribuinte, cartao, bsn, burgerservicenummer, rijbewijs, paspoort, kvk, ' +
    'rekeningnummer, personnummer, fodselsnummer, cpr, pesel, tc kimlik, aadhaar, ifsc, numero documento, documento identidad',
  secret:
    'password, passwd, passwort, pwd, pass, passphrase, kennwort, mot de passe, mot passe, motdepasse, contrasena, clave, ' +
    'parola chiave, parola d ordine, senha, palavra passe, wachtwoord, losenord, adgangskode, haslo, sifre, ' +
    'encrypted password, password hash, password digest, hashed password, hash, salt, token, access token, refresh token, ' +
    'id token, reset token, confirmation token, recovery token, invite token, invite code, invitation code, secret, ' +
    'client secret, secret key, api key, apikey, private key, access key, signing key, encryption key, encryption iv, ' +
    'otp, otp secret, totp, totp secret, mfa secret, pin, pin hash, cookie, session key, session token, session data, ' +
    'signature, credential, credentials, recovery code, recovery codes, backup code, backup codes, security answer, ' +
    'security question, auth code, authorization code, verification code, activation code, activation key, jwt, bearer, nonce, ' +
    'code verifier, code challenge, webauthn, public key credential, license key, geheim, geheimnis, schlussel, jeton, ' +
    'cle api, cle secrete',
  'birth-date':
    'birth, born, birthday, birthdate, birth date, birth day, date of birth, dateofbirth, dob, born on, born at, bday, ' +
    'geburtsdatum, geburtstag, geboren, geboren am, geb datum, gebdatum, naissance, date naissance, date de naissance, ' +
    'datenaissance, fecha nacimiento, fecha de nacimiento, nacimiento, data nascita, data di nascita, nascita, ' +
    'data nascimento, data de nascimento, nascimento, geboortedatum, fodelsedatum, fodselsdato, data urodzenia, ' +
    'dogum tarihi, date of death, death date, deceased, deceased at, deceased on, died at, sterbedatum, todestag',
  'birth-year':
    'birth year, year of birth, birthyear, yob, geburtsjahr, jahrgang, annee naissance, annee de naissance, ' +
    'ano nacimiento, anno nascita, ano nascimento, geboortejaar',
  age: 'age, alter, edad, eta, idade, leeftijd',
  income:
    'salary, income, wage, wages, compensation, annual salary, base salary, net worth, gehalt, lohn, einkommen, ' +
    'jahresgehalt, salaire, revenu, remuneration, salario, sueldo, ingresos, stipendio, reddito, retribuzione, salarios, ' +
    'rendimento, ordenado, salaris, loon, inkomen, lon, maas, credit score, pension',
  latitude: 'lat, latitude, breitengrad, latitud, latitudine, breedtegraad, geo lat',
  longitude: 'lng, lon, long, longitude, langengrad, longitud, longitudine, lengtegraad, geo lng, geo lon',
  'special-category':
    'gender, sex, geschlecht, sexe, genero, sexo, genere, sesso, geslacht, kon, religion, religione, religiao, godsdienst, ' +
    'confession, konfession, faith, ethnicity, ethnic group, ethnie, etnia, nationality, citizenship, ' +
    'staatsangehorigkeit, nationalitat, nationalite, nacionalidad, nacionalidade, nazionalita, nationaliteit, ' +
    'marital status, civil status, familienstand, etat civil, situation familiale, estado civil, stato civile, ' +
    'burgerlijke staat, diagnosis, diagnose, diagnostic, diagnostico, diagnosi, disease, illness, krankheit, maladie, ' +
    'enfermedad, malattia, doenca, allergy, allergies, allergie, allergien, alergia, alergias, allergia, medication, ' +
    'medikamente, medicament, medicacion, blood type, blood group, blutgruppe, groupe sanguin, grupo sanguineo, ' +
    'disability, behinderung, handicap, discapacidad, sexual orientation, orientation sexuelle, political, ' +
    'political party, political opinion, union membership, gewerkschaft, medical, medical notes, medical condition, ' +
    'health, health notes, gesundheit, dietary requirements, pronouns, criminal record',
  'free-text':
    'description, desc, note, notes, comment, comments, body, message, msg, content, contents, bio, biography, about, ' +
    'about me, subject, summary, title, caption, remark, remarks, text, feedback, review, answer, reason, details, ' +
    'headline, excerpt, transcript, user agent, useragent, query, search, beschreibung, bemerkung, bemerkungen, notiz, ' +
    'notizen, kommentar, nachricht, inhalt, betreff, titel, begrundung, commentaire, remarque, contenu, objet, titre, ' +
    'descripcion, comentario, nota, notas, mensaje, contenido, asunto, titulo, observaciones, descrizione, commento, ' +
    'messaggio, contenuto, oggetto, titolo, descricao, mensagem, conteudo, assunto, observacoes, omschrijving, opmerking, ' +
    'opmerkingen, bericht, inhoud, onderwerp, job title, occupation, profession, beruf, metier, profesion, professione, ' +
    'profissao, beroep, email body, email subject, mail body, mail text, memo, log, payload, stack trace, instructions',
  name: 'name, names, nom, noms, nombre, nombres, nome, naam, namn, navn, nazwa, ad, adi',
  state: 'state, estado, stato, etat, stan',
  safe:
    'status, type, kind, category, currency, currency code, locale, language, language code, lang, ' +
    'timezone, time zone, tz, color, colour, mime, mime type, mimetype, content type, media type, unit, units, ' +
    'role, level, priority, severity, stage, phase, step, visibility, direction, method, payment method, provider, ' +
    'platform, environment, env, format, encoding, algorithm, operation, action, event, event type, channel, scope, plan, ' +
    'tier, mode, variant, theme, protocol, frequency, interval, weekday, day of week, size, aud, aal, state machine, ' +
    'http method, status code, error code, layout, alignment, sort order, ' +
    'statut, estatus, typ, tipo, soort, art, kategorie, categorie, categoria, wahrung, devise, moneda, valuta, moeda, ' +
    'sprache, langue, idioma, lingua, taal, zeitzone, fuseau horaire, farbe, couleur, ' +
    'einheit, unite, unidad, rolle, rol, ruolo, papel, funcion, prioritat, priorite, prioridad, stufe, niveau, nivel',
};

export interface Phrase {
  readonly tokens: readonly string[];
  /** The tokens without anything between. */
  readonly joined: string;
  readonly class: NameClass;
}

export const NAME_PHRASES: readonly Phrase[] = Object.entries(PHRASES).flatMap(([name, list]) =>
  list.split(', ').map((phrase) => {
    const tokens = phrase.split(' ');
    // The keys of PHRASES are all the classes.
    return { tokens, joined: tokens.join(''), class: name as NameClass };
  }),
);

/** Words for people, companies and places: they decide whose a `name` is, in front of it or as the table's name. */
export const SUBJECTS = {
  person: words(
    'user users customer customers client clients member members employee employees person persons people contact ' +
      'contacts author authors guardian guardians parent parents child children kid kids student students pupil pupils ' +
      'teacher teachers patient patients doctor doctors physician physicians driver drivers passenger passengers guest ' +
      'guests visitor visitors attendee attendees participant participants volunteer volunteers donor donors subscriber ' +
      'subscribers recipient recipients sender senders owner owners tenant tenants resident residents applicant applicants ' +
      'candidate candidates staff worker workers manager managers agent agents lead leads profile profiles account accounts ' +
      'buyer buyers seller sellers player players coach coaches leader leaders scout scouts admin admins artist artists ' +
      'actor actors director directors composer composers human humans individual individuals friend friends spouse ' +
      'beneficiary beneficiaries payee holder cardholder signer reviewer reviewers witness witnesses heir trainer trainers ' +
      'trainee trainees emergency billing shipping display real full legal ' +
      'benutzer nutzer kunde kunden kundin mitglied mitglieder mitarbeiter person personen kontakt kontakte autor autoren ' +
      'elternteil eltern kind kinder schuler lehrer patient patienten arzt arzte fahrer gast gaste teilnehmer besitzer ' +
      'bewohner bewerber angestellte leiter erziehungsberechtigte spieler halter inhaber ' +
      'utilisateur utilisateurs client clients membre membres employe employes personne personnes auteur auteurs enfant ' +
      'enfants eleve eleves professeur medecin chauffeur invite invites participant benevole locataire adherent adherents ' +
      'usuario usuarios cliente clientes miembro miembros empleado empleados persona personas contacto contactos autores ' +
      'padre madre hijo hijos alumno alumnos profesor paciente pacientes medico conductor huesped socio socios ' +
      'utente utenti cliente clienti membro membri dipendente dipendenti persona persone contatto contatti autore bambino ' +
      'bambini studente studenti insegnante paziente pazienti autista ospite ospiti ' +
      'usuarios membros funcionario funcionarios pessoa pessoas contato contatos crianca criancas aluno alunos professor ' +
      'gebruiker gebruikers klant klanten lid leden medewerker medewerkers persoon personen kinderen leerling leraar ' +
      'patienten bestuurder gasten deelnemer anvandare kund medlem bruker medlemmer klient pracownik kullanici musteri',
  ),
  company: words(
    'company companies organization organizations organisation organisations business businesses employer employers ' +
      'supplier suppliers vendor vendors merchant merchants manufacturer manufacturers partner partners firm firms ' +
      'school schools university universities hospital hospitals clinic clinics bank banks club clubs association ' +
      'firma firmen unternehmen arbeitgeber lieferant lieferanten verein vereine schule schulen handler hersteller ' +
      'entreprise entreprises societe societes fournisseur fournisseurs employeur ecole empresa empresas proveedor ' +
      'proveedores escuela azienda aziende ditta fornitore fornitori scuola fornecedor fornecedores escola bedrijf ' +
      'bedrijven leverancier school foretag virksomhed sirket',
  ),
  place: words(
    'city cities town towns place places village villages stadt stadte ort orte ville villes ciudad ciudades citta ' +
      'cidade cidades stad steden plaats',
  ),
  street: words('street streets road strasse strassen rue calle via rua straat'),
  file: words(
    'file files document documents attachment attachments image images photo photos upload uploads object ' +
      'objects datei dateien fichier archivo arquivo bestand',
  ),
  account: words('login account user benutzer utilisateur usuario utente gebruiker'),
} as const;

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(' '));
}

/** Phrases that mean something else in numbers: a limit is no Italian postal code. */
export const TEXT_ONLY: ReadonlySet<string> = new Set(
  (
    'cap cp cep via str line tel pan vin rg pis tin ein rut cif vat pass cell mobile portable swift alter eta passport ' +
    'clave hash salt token cookie nonce signature sort code license key'
  ).split(' '),
);
