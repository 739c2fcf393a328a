eval svg(440, 340)
eval axes('FLOP per byte of memory traffic', 'GFLOP/s')
set label 103 '● decode  ■ prefill  ▲ product' at screen 0.985,0.955 right tc rgb mute
# Halos would cut neighbours that stand side by side.
set pointintervalbox 0.7
set logscale xy
set mxtics 1
set mytics 1
set lmargin at screen 0.13
set rmargin at screen 0.975
set tmargin at screen 0.885
set bmargin at screen 0.14
set output name.'.svg'.part
plot for [i = 1:memories] name.'.dat' index 'memory'.(i - 1) using 1:2 with lines lw 1.5 dt (6,4) lc rgb ink notitle, \
     for [i = 1:peaks] name.'.dat' index 'peak'.(i - 1) using 1:2 with lines lw 1.5 lc rgb rule notitle, \
     for [i = 1:n] name.'.dat' index 's'.(i - 1) using 5:2:3:4 with yerrorbars pt shape[i] ps 0.55 lw 1.5 lc rgb value(hue[i]) notitle
unset output
