/**
 * What somebody wrote, and the complaint: key, value, and what is wrong. The mend follows from the setting, or, where the
 * settings are only wrong together, stands third.
 */
export type BadSettings = readonly [
    written: Readonly<Record<string, unknown>>,
    complaint: string,
    mend?: string,
];

const tooMany = "If you really want and can pay for that many, write maxLabs: 31.";
const twice = "Add an initial or a number to one of them.";
const another = "Write another name.";
const orGroup = ", or groups: [{ lab: short-name, students: [...] }]";
const fewer = "Write fewer and larger networks, or fewer sshPorts.";

/** Who gets a lab, and how people reach it. Of machines, clusters and nights: badClusterSettings.ts. */
export const badPeopleAndAccess: readonly BadSettings[] = [
    [{ students: "ada" }, 'students: "ada" is not a list'],
    [{ students: { ada: 1 } }, 'students: {"ada":1} is not a list'],
    [{ students: [" "] }, 'students[0]: " " is empty, so it cannot be the name of a student'],
    [{ students: ["a\nb"] }, 'students[0]: "a\\nb" contains control characters'],
    [{ students: ["x".repeat(81)] }, `students[0]: "${"x".repeat(76)}... is longer than 80 characters`],
    [
        { students: [] },
        "students: [] names nobody, and neither do groups and studentCount",
        "Write students: [ada, grace], or studentCount: 20.",
    ],
    [
        { students: ["Ada", "ada"] },
        'students[1]: "ada" makes the lab name ada, which students[0] has already',
        twice,
    ],
    [
        { students: ["José", "Jose\u0301"] },
        'students[1]: "Jose\u0301" makes the lab name jose, which students[0] has already',
        twice,
    ],
    [
        { students: ["spare"] },
        'students[0]: "spare" makes the lab name spare, which the program needs itself',
        another,
    ],
    [
        { students: ["Support 1"] },
        'students[0]: "Support 1" makes the lab name support-1, which the program needs itself',
        another,
    ],
    [
        { students: ["localhost"] },
        'students[0]: "localhost" makes the lab name localhost, which the program needs itself',
        another,
    ],
    [
        { students: ["!!!"] },
        'students[0]: "!!!" has no letter or digit to make a host name of',
        `Write a name with letters${orGroup}.`,
    ],
    [
        { students: ["Ada ".repeat(10)] },
        `students[0]: "${"Ada ".repeat(10).trim()}" makes the lab name ada${"-ada".repeat(9)}, longer than 30 characters`,
        `Write a shorter name${orGroup}.`,
    ],
    [
        { groups: [{ lab: "Ada", students: ["x"] }] },
        'groups[0].lab: "Ada" makes the lab name ada, which students[0] has already',
        twice,
    ],
    [{ groups: { lab: "team" } }, 'groups: {"lab":"team"} is not a list'],
    [{ groups: [{ lab: "team" }] }, "groups[0].students: (nothing) is not a list of names"],
    [{ groups: [{ lab: "team", students: [] }] }, "groups[0].students: [] has nobody in it"],
    [
        { groups: [{ lab: "t", students: ["x"], size: 2 }] },
        'groups[0]: {"lab":"t","students":["x"],"size":2} has unknown fields (size)',
    ],
    [{ groups: ["team"] }, 'groups[0]: "team" is not a map of lab and students'],
    [
        { studentCount: 2 },
        "studentCount: 2 is given together with names",
        "Keep either studentCount, or students and groups.",
    ],
    [{ students: [], studentCount: -1 }, "studentCount: -1 is not a whole number from 0 to 500"],
    [{ studentCount: "many" }, 'studentCount: "many" is not a whole number from 0 to 500'],
    [{ studentCount: 2.5 }, 'studentCount: "2.5" is not a whole number from 0 to 500'],
    [{ students: [], studentCount: 31 }, "maxLabs: 30 is less than the 31 labs that are asked for", tooMany],
    [{ spares: 30 }, "maxLabs: 30 is less than the 31 labs that are asked for", tooMany],
    [{ spares: 1000000 }, "spares: 1000000 is not a whole number from 0 to 100"],
    [{ spares: "2e1" }, 'spares: "2e1" is not a whole number from 0 to 100'],
    [{ supportMachines: "demo" }, 'supportMachines: "demo" is not a list'],
    [
        { supportMachines: ["ADA"] },
        'supportMachines[0]: "ADA" makes the machine name ada, which students[0] has already',
        twice,
    ],
    [
        { supportMachines: ["demo", "Demo"] },
        'supportMachines[1]: "Demo" makes the machine name demo, which supportMachines[0] has already',
        twice,
    ],
    [
        { supportMachines: ["spare-01"] },
        'supportMachines[0]: "spare-01" makes the machine name spare-01, which the program needs itself',
        another,
    ],
    [
        { supportMachines: ["d".repeat(23)] },
        `supportMachines[0]: "${"d".repeat(23)}" makes the machine name ${"d".repeat(23)}, longer than 22 characters`,
        "Write a shorter name.",
    ],
    [
        { supportMachines: Array.from({ length: 21 }, (_, index) => `m${index}`) },
        `supportMachines: ["m0","m1","m2","m3","m4","m5","m6","m7","m8","m9","m10","m11","m12","m13","m... is longer than 20 machines`,
    ],
    [{ maxLabs: 0 }, "maxLabs: 0 is not a whole number from 1 to 500"],
    [{ maxLabs: 501 }, "maxLabs: 501 is not a whole number from 1 to 500"],
    [{ allowedSshCidrs: [] }, "allowedSshCidrs: [] is missing, so nobody could log in"],
    [{ allowedSshCidrs: "130.88.0.0/16" }, 'allowedSshCidrs: "130.88.0.0/16" is not a list'],
    [
        { allowedSshCidrs: ["130.88.0.1"] },
        'allowedSshCidrs[0]: "130.88.0.1" is not a network in CIDR notation',
    ],
    [
        { allowedSshCidrs: ["130.88.1.1/16"] },
        'allowedSshCidrs[0]: "130.88.1.1/16" is not the address of a network; the network is 130.88.0.0/16',
    ],
    [
        { allowedSshCidrs: ["203.0.113.0/24"] },
        'allowedSshCidrs[0]: "203.0.113.0/24" is an address from an example, which nobody has',
    ],
    [
        { allowedSshCidrs: ["2001:db8::/32"] },
        'allowedSshCidrs[0]: "2001:db8::/32" is an address from an example, which nobody has',
    ],
    [
        { allowedSshCidrs: ["192.168.1.0/24"] },
        'allowedSshCidrs[0]: "192.168.1.0/24" is a private network: the machines see the public address that the room has on the internet',
    ],
    [
        { allowedSshCidrs: ["10.0.0.0/8"] },
        'allowedSshCidrs[0]: "10.0.0.0/8" is a private network: the machines see the public address that the room has on the internet',
    ],
    [
        { allowedSshCidrs: ["172.16.0.0/12"] },
        'allowedSshCidrs[0]: "172.16.0.0/12" is a private network: the machines see the public address that the room has on the internet',
    ],
    [
        { allowedSshCidrs: ["100.64.0.0/10"] },
        'allowedSshCidrs[0]: "100.64.0.0/10" is a private network: the machines see the public address that the room has on the internet',
    ],
    [
        { allowedSshCidrs: ["fd00::/8"] },
        'allowedSshCidrs[0]: "fd00::/8" is a private network: the machines see the public address that the room has on the internet',
    ],
    [
        { allowedSshCidrs: ["2001:630::1/32"] },
        'allowedSshCidrs[0]: "2001:630::1/32" is not the address of a network; the network is 2001:630::/32',
    ],
    [
        { allowedSshCidrs: ["2A00:1450::/32"] },
        'allowedSshCidrs[0]: "2A00:1450::/32" is not the address of a network; the network is 2a00:1450::/32',
    ],
    [
        { allowedSshCidrs: ["fe80::%eth0/64"] },
        'allowedSshCidrs[0]: "fe80::%eth0/64" is not a network in CIDR notation',
    ],
    [
        { allowedSshCidrs: ["10.0.0.0/33"] },
        'allowedSshCidrs[0]: "10.0.0.0/33" is not a network in CIDR notation',
    ],
    [
        { allowedSshCidrs: ["130.88.0.0/16", "130.88.0.0/16"] },
        'allowedSshCidrs: ["130.88.0.0/16","130.88.0.0/16"] has a network twice',
    ],
    [
        {
            allowedSshCidrs: Array.from({ length: 31 }, (_, index) => `130.88.${index}.0/24`),
            sshPorts: [443, 22],
        },
        'allowedSshCidrs: ["130.88.0.0/24","130.88.1.0/24","130.88.2.0/24","130.88.3.0/24","130.88.4.0/... makes 62 rules with 2 ports, and a security group takes 60',
        fewer,
    ],
    [{ sshPorts: 22 }, "sshPorts: 22 is not a list"],
    [{ sshPorts: [] }, "sshPorts: [] has no port, so nobody could log in"],
    [{ sshPorts: [0] }, "sshPorts[0]: 0 is not a whole number from 1 to 65535"],
    [{ sshPorts: [22, 65536] }, "sshPorts[1]: 65536 is not a whole number from 1 to 65535"],
    [{ sshPorts: ["22"] }, 'sshPorts[0]: "22" is not a whole number from 1 to 65535'],
    [{ sshPorts: [22, 22] }, "sshPorts: [22,22] has a port twice"],
    [{ sshPorts: [1, 2, 3, 4, 5, 6] }, "sshPorts: [1,2,3,4,5,6] is longer than 5 ports"],
    [{ dnsZone: "labs" }, 'dnsZone: "labs" is not the name of a zone'],
    [{ dnsZone: "labs.university.edu." }, 'dnsZone: "labs.university.edu." is not the name of a zone'],
    [
        { dnsZone: "labs.example.org" },
        'dnsZone: "labs.example.org" is a name from an example, which nobody has',
    ],
    [{ operatorPublicKeys: "ssh-rsa" }, 'operatorPublicKeys: "ssh-rsa" is not a list'],
    [
        { operatorPublicKeys: ["me@laptop"] },
        'operatorPublicKeys[0]: "me@laptop" is not an OpenSSH public key',
    ],
    [
        { operatorPublicKeys: ["ssh-rsa AAAA"] },
        'operatorPublicKeys[0]: "ssh-rsa AAAA" is an OpenSSH public key that was cut or altered',
    ],
    [
        { operatorPublicKeys: ["-----BEGIN OPENSSH PRIVATE KEY----- hush"] },
        "operatorPublicKeys[0]: (a private key, not shown) is a private key, which must never leave its owner",
    ],
];
