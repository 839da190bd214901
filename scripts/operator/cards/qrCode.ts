import encodeQR from "qr";

/**
 * A QR code as SVG, one unit a module, with the four modules of white around it that readers need (ISO/IEC 18004).
 *
 * Dark modules are runs in a row and overlap the next row a little: squares that only touch show hair lines between them in
 * viewers of PDF.
 *
 * @param text what a reader finds in it
 */
export function qrSvg(text: string): string {
    const modules = encodeQR(text, "raw", { ecc: "medium", border: 4 });
    const size = modules.length;
    const runs = modules.flatMap((row, y) =>
        [
            ...row
                .map((dark) => (dark ? "#" : "."))
                .join("")
                .matchAll(/#+/g),
        ].map(({ index, 0: run }) => `M${index} ${y}h${run.length}v1.02h-${run.length}z`),
    );
    return (
        `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}">` +
        `<path d="M0 0h${size}v${size}h-${size}z" fill="#fff"/><path d="${runs.join("")}"/></svg>`
    );
}
