# SPDX-License-Identifier: Apache-2.0
# The house style. Every picture loads it; colours come from palette.gp.
load 'palette.gp'
set encoding utf8
set key off
set border 3 lc rgb rule lw 1
set tics nomirror out scale 0.5 textcolor rgb mute
set grid ytics lt 1 lw 1 lc rgb grid
set errorbars 0
set minussign
set pointintervalbox 1.4
svg(w, h) = sprintf("set terminal svg size %d,%d dynamic noenhanced font 'sans,12' linewidth 1", w, h)
# What the axes are, written level: y above its axis, x below its end.
axes(x, y) = sprintf("set label 101 '%s' at screen 0.015,0.955 left tc rgb mute; set label 102 '%s' at screen 0.985,0.035 right tc rgb mute", y, x)
