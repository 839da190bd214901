/** Languages that cards are printed in. */
export const languages = ["en", "pt", "es", "de", "fr"] as const;

/** Code of a language, ISO 639-1. */
export type Language = (typeof languages)[number];

/** What is printed on cards and on the door, in one language. */
export interface Wording {
    readonly name: string;
    readonly lab: string;
    readonly address: string;
    readonly port: string;
    readonly user: string;
    readonly password: string;
    readonly fingerprint: string;
    /** What to do, a line each; `{command}` is what to type, `{yes}` the English word that SSH wants to read. */
    readonly steps: readonly [string, string, string];
    /** The last line where the fingerprint is not known. */
    readonly withoutFingerprint: string;
    /** Heading of the sheet for the door. */
    readonly door: string;
}

/** The words by language. Labels are short: they stand in a column of 17 mm. */
export const wordings: Readonly<Record<Language, Wording>> = {
    en: {
        name: "Name",
        lab: "lab",
        address: "address",
        port: "port",
        user: "user",
        password: "password",
        fingerprint: "fingerprint",
        steps: [
            "Open a terminal: PowerShell (Windows) or Terminal (macOS, Linux).",
            "Type this, then press Enter: {command}",
            "Compare the fingerprint, type {yes}, then the password (it stays invisible).",
        ],
        withoutFingerprint: "Type {yes}, then the password (it stays invisible).",
        door: "Who has which lab",
    },
    pt: {
        name: "Nome",
        lab: "lab",
        address: "endereço",
        port: "porta",
        user: "utilizador",
        password: "palavra\u2011passe",
        fingerprint: "impressão digital",
        steps: [
            "Abra um terminal: PowerShell (Windows) ou Terminal (macOS, Linux).",
            "Escreva isto e prima Enter: {command}",
            "Compare a impressão digital, escreva {yes}, depois a palavra\u2011passe (invisível).",
        ],
        withoutFingerprint: "Escreva {yes}, depois a palavra\u2011passe (invisível).",
        door: "Quem tem que lab",
    },
    es: {
        name: "Nombre",
        lab: "lab",
        address: "dirección",
        port: "puerto",
        user: "usuario",
        password: "contraseña",
        fingerprint: "huella digital",
        steps: [
            "Abra una terminal: PowerShell (Windows) o Terminal (macOS, Linux).",
            "Escriba esto y pulse Intro: {command}",
            "Compare la huella digital, escriba {yes}, luego la contraseña (no se ve).",
        ],
        withoutFingerprint: "Escriba {yes}, luego la contraseña (no se ve).",
        door: "Quién tiene qué lab",
    },
    de: {
        name: "Name",
        lab: "Lab",
        address: "Adresse",
        port: "Port",
        user: "Benutzer",
        password: "Passwort",
        fingerprint: "Fingerabdruck",
        steps: [
            "Terminal öffnen: PowerShell (Windows) oder Terminal (macOS, Linux).",
            "Dies eintippen, dann Enter drücken: {command}",
            "Fingerabdruck vergleichen, {yes} eintippen, dann das Passwort (unsichtbar).",
        ],
        withoutFingerprint: "{yes} eintippen, dann das Passwort (unsichtbar).",
        door: "Wer hat welches Lab",
    },
    fr: {
        name: "Nom",
        lab: "lab",
        address: "adresse",
        port: "port",
        user: "utilisateur",
        password: "mot de passe",
        fingerprint: "empreinte",
        steps: [
            "Ouvrez un terminal\u00a0: PowerShell (Windows) ou Terminal (macOS, Linux).",
            "Tapez ceci, puis Entrée\u00a0: {command}",
            "Comparez l’empreinte, tapez {yes}, puis le mot de passe (il reste invisible).",
        ],
        withoutFingerprint: "Tapez {yes}, puis le mot de passe (il reste invisible).",
        door: "Qui a quel lab",
    },
};
