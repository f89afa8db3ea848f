/* Draws one frame: a clip, or the plate against the result, with tracks and mattes over it. */

const STATES = { F: "FOUND", H: "HELD", A: "ABSENT" };

class Painter {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d", { alpha: false });
  }

  /** `scene` has the data of the shot, the image with its tiles, the index of the frame, the name of the result that is
      compared with the plate, and the state of the player. */
  paint(scene) {
    this.scene = scene;
    const columns = scene.state.view === "side" ? 2 : 1;
    this.fitCanvas((columns * scene.tiles.width) / scene.tiles.height);
    const area = { x: 0, y: 0, width: this.canvas.width / columns, height: this.canvas.height };
    const views = { single: "drawSingle", wipe: "drawWipe", side: "drawSide", difference: "drawDifference" };
    this[views[scene.state.view]](area);
  }

  /** As many pixels as the screen has there; never so high that its buttons are out of sight. */
  fitCanvas(ratio) {
    this.canvas.parentElement.style.maxWidth = `${62 * ratio}vh`;
    const width = Math.max(1, Math.round(this.canvas.parentElement.clientWidth * devicePixelRatio));
    const height = Math.round(width / ratio);
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
  }

  drawClip(clip, area) {
    const [left, top] = this.scene.tiles.places[clip];
    const { width, height } = this.scene.tiles;
    this.context.drawImage(this.scene.image, left, top, width, height, area.x, area.y, area.width, area.height);
  }

  drawSingle(area) {
    this.drawClip(this.scene.state.clip, area);
    this.drawLayers(area);
    this.label(this.scene.state.clip, area, "left");
  }

  drawSide(area) {
    const right = { ...area, x: area.width };
    this.drawClip("PLATE", area);
    this.drawClip(this.scene.result, right);
    this.drawLayers(area);
    this.drawLayers(right);
    this.label("PLATE", area, "left");
    this.label(this.scene.result, right, "left");
  }

  drawWipe(area) {
    this.drawClip("PLATE", area);
    this.context.save();
    this.context.beginPath();
    this.context.rect(this.scene.state.wipe * area.width, 0, area.width, area.height);
    this.context.clip();
    this.drawClip(this.scene.result, area);
    this.context.restore();
    this.drawLayers(area);
    this.label("PLATE", area, "left");
    this.label(this.scene.result, area, "right");
  }

  drawDifference(area) {
    const { context, canvas } = this;
    this.drawClip("PLATE", area);
    context.globalCompositeOperation = "difference";
    this.drawClip(this.scene.result, area);
    context.globalCompositeOperation = "lighter";
    context.drawImage(canvas, 0, 0);
    context.drawImage(canvas, 0, 0);
    context.globalCompositeOperation = "source-over";
    this.drawLayers(area);
    this.label(`PLATE − ${this.scene.result}, ×4`, area, "left");
  }

  label(text, area, side) {
    const size = 13 * devicePixelRatio;
    this.context.font = `${size}px system-ui, sans-serif`;
    const width = this.context.measureText(text).width + size;
    const left = side === "left" ? area.x : area.x + area.width - width;
    this.context.fillStyle = "rgb(0 0 0 / 0.6)";
    this.context.fillRect(left, area.y, width, 1.7 * size);
    this.context.fillStyle = "#fff";
    this.context.fillText(text, left + size / 2, area.y + 1.2 * size);
  }

  /** The tracks and the mattes of this frame. */
  drawLayers(area) {
    const scale = area.width / this.scene.data.pictures.size[0];
    this.context.save();
    this.context.beginPath();
    this.context.rect(area.x, area.y, area.width, area.height);
    this.context.clip();
    for (const face of this.scene.data.faces) {
      const matte = face.mattes[this.scene.index];
      if (this.scene.state.matte && matte) {
        this.outline(matte, area, scale, "#000", 3);
        this.outline(matte, area, scale, "#fff", 1.5);
      }
      if (this.scene.state.track) this.drawTrack(face, area, scale);
    }
    this.context.restore();
  }

  drawTrack(face, area, scale) {
    const state = face.states[this.scene.index];
    const oval = face.ovals[this.scene.index];
    const box = face.boxes[this.scene.index];
    if (oval) this.outline(oval, area, scale, face.colour, 2, state === "H" ? [6, 4] : []);
    if (box) this.outline(box, area, scale, face.colour, 1.5, [2, 3]);
    const size = 13 * devicePixelRatio;
    const at = box ?? oval ?? [0, ((face.face + 2) * 1.7 * size) / scale];
    this.context.font = `600 ${size}px system-ui, sans-serif`;
    this.context.strokeStyle = "#000";
    this.context.lineWidth = 3 * devicePixelRatio;
    this.context.fillStyle = face.colour;
    const text = `face ${face.face} ${STATES[state]}`;
    const [x, y] = [area.x + at[0] * scale, Math.max(area.y + at[1] * scale - 5, area.y + 3 * size)];
    this.context.strokeText(text, x, y);
    this.context.fillText(text, x, y);
  }

  /** A pixel's number is its centre. */
  outline(points, area, scale, colour, width, dash = []) {
    const { context } = this;
    context.beginPath();
    for (let i = 0; i < points.length; i += 2)
      context.lineTo(area.x + (points[i] + 0.5) * scale, area.y + (points[i + 1] + 0.5) * scale);
    context.closePath();
    context.setLineDash(dash.map((one) => one * devicePixelRatio));
    context.strokeStyle = colour;
    context.lineWidth = width * devicePixelRatio;
    context.stroke();
    context.setLineDash([]);
  }
}
