import { definitions, type SettingKey } from "../../components/settings/definitions.ts";
import type { BadSettings } from "./badSettings.ts";

/** The advice for what YAML makes something else of than text. */
const quote = (key: SettingKey) =>
    `Put it in quotes, as it shall stay: without them YAML makes 7 of 007, and no text of true and null. ${definitions[key].mend}`;
const byItself =
    "Write the public addresses of the class room and of your own, or, if you really want everybody, allowAnyAddress: true.";

/** Text that is not what it seems: numbers, characters that nobody sees, other notations, whole internets. */
export const badTexts: readonly BadSettings[] = [
    // YAML without quotes.
    [
        { students: [7] },
        "students[0]: 7 is not text, so it cannot be the name of a student",
        quote("students"),
    ],
    [
        { students: ["Ada", true] },
        "students[1]: true is not text, so it cannot be the name of a student",
        quote("students"),
    ],
    [
        { students: [null] },
        "students[0]: null is not text, so it cannot be the name of a student",
        quote("students"),
    ],
    [
        { groups: [{ lab: 1, students: ["x"] }] },
        "groups[0].lab: 1 is not text, so it cannot be the name of a lab",
        quote("groups"),
    ],
    [
        { groups: [{ lab: "team", students: [201800128] }] },
        "groups[0].students[0]: 201800128 is not text, so it cannot be the name of a student",
        quote("groups"),
    ],
    [
        { supportMachines: [7] },
        "supportMachines[0]: 7 is not text, so it cannot be the name of a machine",
        quote("supportMachines"),
    ],
    [{ allowedSshCidrs: [130.88] }, "allowedSshCidrs[0]: 130.88 is not text", quote("allowedSshCidrs")],
    [
        { pipPackages: [1] },
        "pipPackages[0]: 1 is not text, so it cannot be a pip requirement",
        quote("pipPackages"),
    ],
    [
        { nightlyStop: { at: 1200, timezone: "UTC" } },
        "nightlyStop.at: 1200 is not a time of day",
        quote("nightlyStop"),
    ],
    [{ students: [["Ada"]] }, 'students[0]: ["Ada"] is not text, so it cannot be the name of a student'],

    // What cannot be seen and stays wrong is shown as its number.
    [{ students: ["a\u0000b"] }, 'students[0]: "a\\u0000b" contains control characters'],
    [{ students: ["a\u0085b"] }, 'students[0]: "a\\u0085b" contains control characters'],
    [{ students: ["a\ufff9b"] }, 'students[0]: "a\\ufff9b" contains control characters'],
    [
        { students: ["\u200b\u2060"] },
        'students[0]: "\\u200b\\u2060" is empty, so it cannot be the name of a student',
    ],
    [{ zone: "eu-west-1\u200b" }, 'zone: "eu-west-1\\u200b" is not the name of an availability zone'],
    [
        { emrRelease: "emr\u00ad-7" },
        'emrRelease: "emr\\u00ad-7" is not an EMR release from emr-6.1.0 on, of the 6 or 7 series',
    ],
    [
        { allowedSshCidrs: ["130.88.0.0\u2028/16"] },
        'allowedSshCidrs[0]: "130.88.0.0\\u2028/16" is not a network in CIDR notation',
    ],
    [{ "zone\u200b": "x" }, 'zone\\u200b: "x" is not a setting of this program', "Did you mean zone?"],
    [
        { groups: [{ lab: "t", students: ["x"], "si\u202eze": 2 }] },
        'groups[0]: {"lab":"t","students":["x"],"si\\u202eze":2} has unknown fields (size)',
    ],

    // Networks in notations that each reader reads otherwise.
    [
        { allowedSshCidrs: ["130.88/16"] },
        'allowedSshCidrs[0]: "130.88/16" is not a network in CIDR notation; written out it is 130.88.0.0/16',
    ],
    [
        { allowedSshCidrs: ["18/8"] },
        'allowedSshCidrs[0]: "18/8" is not a network in CIDR notation; written out it is 18.0.0.0/8',
    ],
    [
        { allowedSshCidrs: ["193.136.128./20"] },
        'allowedSshCidrs[0]: "193.136.128./20" is not a network in CIDR notation; written out it is 193.136.128.0/20',
    ],
    [
        { allowedSshCidrs: ["0130.88.0.0/16"] },
        'allowedSshCidrs[0]: "0130.88.0.0/16" is not a network in CIDR notation',
    ],
    [
        { allowedSshCidrs: ["0x82.0x58.0.0/16"] },
        'allowedSshCidrs[0]: "0x82.0x58.0.0/16" is not a network in CIDR notation',
    ],
    [
        { allowedSshCidrs: ["2187853824/16"] },
        'allowedSshCidrs[0]: "2187853824/16" is not a network in CIDR notation',
    ],

    // Everybody, at once or in pieces.
    [
        { allowedSshCidrs: ["0.0.0.0/0"] },
        'allowedSshCidrs: ["0.0.0.0/0"] lets anybody on the internet try passwords',
        byItself,
    ],
    [
        { allowedSshCidrs: ["::/0"] },
        'allowedSshCidrs: ["::/0"] lets anybody on the internet try passwords',
        byItself,
    ],
    [
        { allowedSshCidrs: ["2000::/3"] },
        'allowedSshCidrs: ["2000::/3"] lets anybody on the internet try passwords',
        byItself,
    ],
    [
        { allowedSshCidrs: ["128.0.0.0/2", "0.0.0.0/1", "192.0.0.0/2"] },
        'allowedSshCidrs: ["128.0.0.0/2","0.0.0.0/1","192.0.0.0/2"] lets anybody on the internet try passwords',
        byItself,
    ],
    [
        { allowedSshCidrs: ["130.88.0.0/16", "2000::/4", "3000::/4"] },
        'allowedSshCidrs: ["130.88.0.0/16","2000::/4","3000::/4"] lets anybody on the internet try passwords',
        byItself,
    ],
    [{ allowAnyAddress: "yes" }, 'allowAnyAddress: "yes" is neither true nor false'],
    [{ supportPorts: 80 }, "supportPorts: 80 is not a list"],
    [{ supportPorts: [0] }, "supportPorts[0]: 0 is not a whole number from 1 to 65535"],
    [{ supportPorts: [80, 80] }, "supportPorts: [80,80] has a port twice"],
    [
        { supportPorts: Array.from({ length: 21 }, (_, index) => index + 1) },
        "supportPorts: [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21] is longer than 20 ports",
    ],

    // Names that every Ubuntu has in /etc/hosts.
    [
        { students: ["IP6 localhost"] },
        'students[0]: "IP6 localhost" makes the lab name ip6-localhost, which the program needs itself',
        "Write another name.",
    ],
    [
        { students: ["201800128", "id 201800128"] },
        'students[1]: "id 201800128" makes the lab name id-201800128, which students[0] has already',
        "Add an initial or a number to one of them.",
    ],

    // Keys of objects that no policy can name.
    [
        { courseArchive: { bucket: "my-bucket", object: "курс.tar.gz" } },
        'courseArchive.object: "курс.tar.gz" has characters that no IAM policy takes, so that no lab could be allowed to read it: copy the object to a key of U+0020 to U+00FF',
    ],
    [
        { courseArchive: { bucket: "my-bucket", object: "cafe\u0301.tar.gz" } },
        'courseArchive.object: "cafe\u0301.tar.gz" has characters that no IAM policy takes, so that no lab could be allowed to read it: copy the object to a key of U+0020 to U+00FF',
    ],
    [
        { courseArchive: { bucket: "my-bucket", object: "課程/1.tgz" } },
        'courseArchive.object: "課程/1.tgz" has characters that no IAM policy takes, so that no lab could be allowed to read it: copy the object to a key of U+0020 to U+00FF',
    ],
    [
        { courseArchive: { bucket: "my-bucket", object: `${"x".repeat(1021)}.tgz` } },
        `courseArchive.object: "${"x".repeat(76)}... is longer than the 1024 bytes of a key`,
    ],
    [
        { courseArchive: { bucket: "my-bucket", object: "a\nb.tgz" } },
        'courseArchive.object: "a\\nb.tgz" is not the key of a .tar.gz object',
    ],

    // Keys of people.
    [
        { operatorPublicKeys: [`ssh-ed25519-cert-v01@openssh.com ${"A".repeat(80)}`] },
        `operatorPublicKeys[0]: "ssh-ed25519-cert-v01@openssh.com ${"A".repeat(43)}... is a certificate, not the public key itself`,
    ],
    [
        { operatorPublicKeys: ["ssh-dss AAAAB3NzaC1kc3MAAACBAP"] },
        'operatorPublicKeys[0]: "ssh-dss AAAAB3NzaC1kc3MAAACBAP" is a DSA key, which OpenSSH takes no longer',
    ],
];
