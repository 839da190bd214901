/** What a column is for. `name` may turn out to be a last or a first name where the other has a column of its own. */
export type Role = "full" | "name" | "first" | "infix" | "last" | "last2" | "group" | "email" | "id";

// Headers as registrars and learning platforms write them: Banner, Canvas, Moodle, Blackboard, HISinOne, SIGARRA, Apogée,
// and what teachers write themselves. Compared without case, accents, spaces and punctuation.
// prettier-ignore
const words: Readonly<Record<Role, readonly string[]>> = {
    full: [
        "full name", "student name", "name of student", "student", "students", "learner", "participant", "participants",
        "participant name", "display name", "last, first", "last name, first name", "first and last name", "names",
        "Vollständiger Name", "Name, Vorname", "Vorname Name", "Nachname, Vorname", "Vor- und Nachname", "Teilnehmer",
        "Teilnehmerin", "Teilnehmende", "Studierende", "Studierender", "Studentin", "Schüler",
        "Nom complet", "Nom et prénom", "Nom, prénom", "Prénom et nom", "Prénom nom", "Étudiant", "Étudiante",
        "Étudiants", "Élève", "Nom de l'étudiant", "Participant(e)",
        "Nombre completo", "Nombre y apellidos", "Apellidos y nombre", "Apellidos, nombre", "Estudiante", "Estudiantes",
        "Alumno", "Alumna", "Alumnos", "Nombre del alumno", "Nombre del estudiante",
        "Nome completo", "Nome do aluno", "Nome do estudante", "Nome e apelido", "Aluno", "Aluna", "Alunos", "Estudantes",
        "Nome e cognome", "Cognome e nome", "Nominativo", "Studente", "Studenti", "Nome completo dello studente",
        "Volledige naam", "Naam student", "Deelnemer", "Cursist",
        "Imię i nazwisko", "Nazwisko i imię", "Celé jméno", "Jméno a příjmení", "Příjmení a jméno",
        "Fullständigt namn", "Fullt navn", "Fulde navn", "Koko nimi", "Teljes név", "Ad Soyad", "Adı Soyadı",
        "ФИО", "Полное имя", "Ονοματεπώνυμο", "Họ và tên", "Họ tên", "姓名", "氏名", "名前", "이름", "성명", "الاسم الكامل", "שם מלא",
    ],
    name: ["name", "nome", "nombre", "nom", "naam", "namn", "navn", "nimi", "név", "nume", "ime", "jméno", "isim", "имя", "όνομα", "الاسم", "שם"],
    first: [
        "first name", "first", "given name", "given names", "forename", "forenames", "first names",
        "preferred first name", "Vorname", "Vornamen", "Rufname", "Prénom", "Prénoms", "Nombre(s)", "Nombre de pila",
        "Primeiro nome", "Nome próprio", "Nomes próprios", "Prenome", "Nome di battesimo", "Voornaam", "Voornamen", "Roepnaam",
        "Imię", "Imiona", "Křestní jméno", "Förnamn", "Fornavn", "Etunimi", "Keresztnév", "Utónév", "Prenume", "Adı", "Ad",
        "Tên", "名", "名字", "الاسم الأول", "שם פרטי",
    ],
    infix: ["infix", "name prefix", "Tussenvoegsel", "Tussenvoegsels", "Namenszusatz", "Vorsatzwort"],
    last: [
        "last name", "last", "family name", "surname", "surnames", "Nachname", "Familienname",
        "Zuname", "Nom de famille", "Apellidos", "Apellido", "Primer apellido", "Apellido 1", "Apellido paterno",
        "Apelido", "Apelidos", "Sobrenome", "Último nome", "Nome de família", "Cognome", "Achternaam", "Familienaam",
        "Nazwisko", "Příjmení", "Efternamn", "Etternavn", "Efternavn", "Sukunimi", "Vezetéknév", "Családnév", "Prezime",
        "Nume de familie", "Soyadı", "Soyad", "Фамилия", "Επώνυμο", "Họ", "姓", "姓氏", "اسم العائلة", "שם משפחה",
    ],
    last2: ["Segundo apellido", "Apellido 2", "Apellido materno"],
    group: [
        "group", "groups", "group name", "team", "teams", "team name", "lab", "lab group", "project group", "pair",
        "Gruppe", "Gruppen", "Gruppenname", "Arbeitsgruppe", "Projektgruppe", "Groupe", "Groupes", "Équipe", "Binôme",
        "Grupo", "Grupos", "Equipo", "Equipa", "Gruppo", "Gruppi", "Squadra", "Groep", "Groepen",
        "Grupa", "Zespół", "Skupina", "Grupp", "Ryhmä", "Csoport", "Grup", "Takım", "Группа", "Команда", "Ομάδα", "Nhóm",
        "组", "小组", "グループ", "조", "그룹", "المجموعة", "קבוצה",
    ],
    email: [
        "email", "mail", "email address", "E-Mail-Adresse", "Mailadresse", "Courriel",
        "Adresse de courriel", "Adresse mail", "Correo", "Correo electrónico", "Dirección de correo", "Correio eletrónico",
        "Endereço de email", "Posta elettronica", "Indirizzo email", "E-mailadres", "E-post", "Sähköposti",
        "Почта", "邮箱", "電子メール", "이메일",
    ],
    id: [
        "student id", "student number", "student no", "sis user id", "sis login id", "sis id", "username", "login",
        "login name", "id number", "matriculation number", "Matrikelnummer", "Matrikelnr", "Benutzername", "Numéro étudiant",
        "N° étudiant", "Identifiant", "Matrícula", "DNI", "NIF", "Número de aluno", "Número de estudante", "Nº de aluno",
        "Número mecanográfico", "RA", "Matricola", "Numero di matricola", "Studentnummer", "Numer albumu", "Opiskelijanumero",
        "学号", "学籍番号", "학번",
    ],
};

/** What headers are compared by: letters and digits, without case and accents. */
export function plainHeader(text: string): string {
    return text
        .normalize("NFKD")
        .toLowerCase()
        .replace(/[^\p{L}\p{N}]/gu, "");
}

const roles = new Map(
    (Object.entries(words) as [Role, readonly string[]][]).flatMap(([role, some]) =>
        some.map((word): [string, Role] => [plainHeader(word), role]),
    ),
);

/** What the header of a column says it is for; `undefined` where the word is not known. */
export function roleOf(header: string): Role | undefined {
    return roles.get(plainHeader(header));
}
