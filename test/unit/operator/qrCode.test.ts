import { strict as assert } from "node:assert";
import decodeQR from "qr/decode.js";
import { cardsOf } from "../../../scripts/operator/cards/card.ts";
import { qrSvg } from "../../../scripts/operator/cards/qrCode.ts";
import { sshLink } from "../../../scripts/operator/roster/sshAddress.ts";
import { exampleClass } from "./exampleClass.ts";

const pixels = 4;

/** Draws the SVG: white, and every dark run with as many pixels as it covers. */
function draw(svg: string): { width: number; height: number; data: Uint8Array } {
    const size = Number(/viewBox="0 0 (\d+) \1"/.exec(svg)?.[1]);
    const side = size * pixels;
    const data = new Uint8Array(side * side * 4).fill(255);
    const [, dark = ""] = svg.split('fill="#fff"/>');
    for (const [, x, y, width] of dark.matchAll(/M(\d+) (\d+)h(\d+)v1\.02h-\3z/g)) {
        for (let row = Number(y) * pixels; row < (Number(y) + 1) * pixels; row += 1) {
            const start = row * side + Number(x) * pixels;
            for (let at = start; at < start + Number(width) * pixels; at += 1) {
                data.fill(0, at * 4, at * 4 + 3);
            }
        }
    }
    return { width: side, height: side, data };
}

describe("The QR code of a card", () => {
    // The reader gives up after a frame of video unless it is told to take its time.
    const read = (svg: string) => decodeQR(draw(svg), { timeLimit: 60_000 });

    it("decodes to the address of its lab, for every kind of address", function () {
        this.timeout(120_000);
        const links = cardsOf(exampleClass(60)).cards.map(({ address }) => sshLink(address));
        assert.equal(links.length, 60);
        assert.deepEqual(
            links.map((link) => read(qrSvg(link))),
            links,
        );
    });

    it("has four modules of white around it", () => {
        const svg = qrSvg("ssh://ubuntu@203.0.113.7");
        const { width, data } = draw(svg);
        const dark = Array.from({ length: width * width }, (_, at) => at).filter((at) => data[at * 4] === 0);
        const columns = dark.map((at) => at % width);
        const rows = dark.map((at) => Math.floor(at / width));
        const margins = [
            Math.min(...columns),
            Math.min(...rows),
            width - 1 - Math.max(...columns),
            width - 1 - Math.max(...rows),
        ];
        assert.deepEqual(
            margins,
            [4, 4, 4, 4].map((modules) => modules * pixels),
        );
    });
});
