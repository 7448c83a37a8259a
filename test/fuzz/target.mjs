// What must hold for any bytes. Throws an Error that says which of these does not:
// 1. nothing but a DecodeError is thrown, and it names a code, a byte of the packet and a statement;
// 2. the verdict does not depend on how the bytes are cut;
// 3. what is accepted is written again with the same bytes, unless its Remaining Length was longer than it need be;
// 4. PublishView reads what decodePublish reads;
// 5. annotate's spans partition the input, and it finds an error where the decoder does.

export function targetOf(codec) {
  const { DecodeError, Framer, PublishView, annotate, decodePacket, encodePacket } = codec;
  const view = new PublishView();

  function read(chunks, withView) {
    const framer = new Framer();
    const packets = [];
    try {
      for (const chunk of chunks) {
        framer.push(chunk);
        for (let frame = framer.next(); frame !== undefined; frame = framer.next()) {
          const packet = decodePacket(frame);
          const size = frame.headerSize + frame.end - frame.start;
          packets.push({ size, written: encodePacket(packet), text: JSON.stringify(packet) });
          if (withView && packet.type === 3)
            expect(view.read(frame).topicName === packet.topicName, 'PublishView reads another topic');
        }
      }
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      expect(
        /^[a-z-]+$/.test(error.code) && error.offset >= 0 && /^MQTT-\d/.test(error.statement),
        'an error says too little',
      );
      return { packets, verdict: `${error.code} ${error.offset} ${error.statement}` };
    }
    return { packets, verdict: 'read' };
  }

  return (bytes) => {
    const whole = read([bytes], true);
    const cut = bytes.length > 1 ? (bytes[0] + bytes.length * 7) % bytes.length : 0;
    for (const chunks of [
      [bytes.subarray(0, cut), bytes.subarray(cut)],
      Array.from(bytes, (_byte, i) => bytes.subarray(i, i + 1)),
    ]) {
      const parts = read(chunks, false);
      expect(parts.verdict === whole.verdict, `cut, the verdict is ${parts.verdict}, not ${whole.verdict}`);
      expect(
        parts.packets.map(({ text }) => text).join() === whole.packets.map(({ text }) => text).join(),
        'cut, other packets are read',
      );
    }
    let at = 0;
    for (const { size, written } of whole.packets) {
      if (written.length === size)
        expect(
          written.every((byte, i) => byte === bytes[at + i]),
          'written with other bytes',
        );
      else expect(written.length < size && (bytes[at + 1] & 128) !== 0, 'written with another length');
      at += size;
    }
    const spans = annotate(bytes);
    let end = 0;
    for (const span of spans) {
      expect(span.start === end && span.end > end, 'the spans leave a gap');
      end = span.end;
    }
    expect(end === bytes.length, 'the spans end too early');
    expect(spans.some((span) => span.error) === (whole.verdict !== 'read' || at < bytes.length), 'annotate disagrees');
  };
}

function expect(holds, otherwise) {
  if (!holds) throw new Error(otherwise);
}
