"""Steps of the three environments, written down by another road than the package's.

Accelerations are solved from the equations of motion M(q)q'' = f(q, q'), not from their
closed forms. Prints reference.json: python3 reference.py > reference.json
"""
import json
import numpy as np

rng = np.random.default_rng(16)


def cartpole(s, action):
    g, mc, mp, l = 9.8, 1.0, 0.1, 0.5
    x, v, th, w = s
    force = 10.0 if action == 1 else -10.0
    M = np.array([[mc + mp, mp * l * np.cos(th)], [mp * l * np.cos(th), 4 / 3 * mp * l * l]])
    f = np.array([force + mp * l * w * w * np.sin(th), mp * g * l * np.sin(th)])
    a = np.linalg.solve(M, f)
    n = np.array([x + 0.02 * v, v + 0.02 * a[0], th + 0.02 * w, w + 0.02 * a[1]])
    return n, 1.0, bool(abs(n[0]) > 2.4 or abs(n[2]) > np.deg2rad(12))


def acrobot_rates(s, tau):
    # Links of length 1 and mass 1 with centres at 0.5 and inertia 1; angles from hanging down.
    m = l = I = 1.0
    c, g = 0.5, 9.8
    t1, t2, w1, w2 = s
    M12 = I + m * (c * c + l * c * np.cos(t2))
    M = np.array([[m * c * c + I + I + m * (l * l + c * c + 2 * l * c * np.cos(t2)), M12], [M12, m * c * c + I]])
    h = m * l * c * np.sin(t2)
    coriolis = np.array([-h * w2 * w2 - 2 * h * w1 * w2, h * w1 * w1])
    gravity = np.array([(m * c + m * l) * g * np.sin(t1) + m * c * g * np.sin(t1 + t2), m * c * g * np.sin(t1 + t2)])
    a = np.linalg.solve(M, np.array([0.0, tau]) - coriolis - gravity)
    return np.array([w1, w2, a[0], a[1]])


def acrobot(s, action):
    tau, h = float(action - 1), 0.2
    k1 = acrobot_rates(s, tau)
    k2 = acrobot_rates(s + h / 2 * k1, tau)
    k3 = acrobot_rates(s + h / 2 * k2, tau)
    k4 = acrobot_rates(s + h * k3, tau)
    n = s + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    n[:2] = (n[:2] + np.pi) % (2 * np.pi) - np.pi
    n[2] = np.clip(n[2], -4 * np.pi, 4 * np.pi)
    n[3] = np.clip(n[3], -9 * np.pi, 9 * np.pi)
    height = -np.cos(n[0]) - np.cos(n[0] + n[1])
    return n, (0.0 if height > 1 else -1.0), bool(height > 1)


def pendulum(s, u):
    th, w = s
    angle = (th + np.pi) % (2 * np.pi) - np.pi
    reward = -(angle**2 + 0.1 * w**2 + 0.001 * u**2)
    inertia = 1.0 / 3  # of a rod about its end
    w2 = w + 0.05 * (10.0 * 0.5 * np.sin(th) + u) / inertia
    w2 = np.clip(w2, -8, 8)
    return np.array([th + 0.05 * w2, w2]), reward, False


spread = {"cartpole": [2.6, 2, 0.24, 2], "acrobot": [3, 3, 10, 25], "pendulum": [9, 8]}
steps = {"cartpole": cartpole, "acrobot": acrobot, "pendulum": pendulum}
out = {}
for name, step in steps.items():
    rows = []
    for _ in range(60):
        s = rng.uniform(-1, 1, len(spread[name])) * spread[name]
        a = {"cartpole": int(rng.integers(2)), "acrobot": int(rng.integers(3)), "pendulum": float(rng.uniform(-2, 2))}[name]
        n, r, done = step(s, a)
        rows.append({"state": list(s), "action": a, "next": [float(v) for v in n], "reward": float(r), "terminated": done})
    out[name] = rows
print(json.dumps(out, indent=1))
