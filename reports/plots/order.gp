eval svg(720, 266)
set lmargin at screen 0.075
set rmargin at screen 0.965
set tmargin at screen 0.885
set bmargin at screen 0.17
set label 101 'time over the median of its point and arm (%)' at screen 0.01,0.945 left tc rgb mute
set label 102 '● A  ○ B  □ contended' at screen 0.985,0.945 right tc rgb mute
set label 103 'visit' at screen 0.985,0.04 right tc rgb mute
set xrange [first_visit - 0.01 * (last_visit - first_visit) - 0.5:last_visit + 0.01 * (last_visit - first_visit) + 0.5]
set yrange [from:to]
set xtics step_x
set ytics step_y
data = name.'.dat'
set output name.'.svg'.part
plot 0 with lines lw 1 lc rgb rule notitle, \
     data index 'a' using 1:2 with points pt 7 ps 0.35 lc rgb ink notitle, \
     data index 'b' using 1:2 with points pt 6 ps 0.4 lw 1.1 lc rgb link notitle, \
     data index 'contended' using 1:2 with points pt 4 ps 0.9 lw 1.2 lc rgb mark notitle, \
     data index 'outside' using 1:($2 > 0 ? $2 : NaN) with points pt 9 ps 0.8 lc rgb ink notitle, \
     data index 'outside' using 1:($2 <= 0 ? $2 : NaN) with points pt 11 ps 0.8 lc rgb ink notitle
unset output
